#include "cassettes/replay/played_tape.h"

#include "cassettes/json/text.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kCacheBytes = std::size_t{32} << 20;

}  // namespace

PlayedTape::PlayedTape(TapeReader reader, TapeIndex index)
    : index_(std::move(index)), cache_(std::move(reader), index_.frames, kCacheBytes) {
  for (std::uint32_t i = 1; i < index_.section_names.size(); ++i) {
    section_numbers_[index_.section_names[i]] = i;
  }
  for (std::size_t i = 1; i < index_.frames.size(); ++i) {
    if (index_.frames[i].lines > index_.frames[i].exchanges) has_other_lines_ = true;
  }
}

std::optional<std::uint32_t> PlayedTape::section_number(std::string_view name) const {
  if (name.empty()) return 0;
  const auto found = section_numbers_.find(std::string(name));
  if (found == section_numbers_.end()) return std::nullopt;
  return found->second;
}

// The index knows the sections of exchanges: for others the tape is read, once.
bool PlayedTape::was_marked(std::string_view section) {
  if (!has_other_lines_) return false;
  std::call_once(marks_once_, [this] {
    (void)reader().for_each_line([this](std::string_view line, std::size_t) {
      if (line_type(line) == "mark") marks_.insert(string_value(find_member(line, "section")));
      return true;
    });
  });
  return marks_.contains(std::string(section));
}

std::optional<Interaction> PlayedTape::read(std::uint32_t ordinal) {
  auto interaction = cache_.read(index_.place(ordinal));
  if (!interaction) return std::nullopt;
  return std::move(interaction).value();
}

}  // namespace dynadeck::cassettes
