#include "harness/starting_tape.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "cassettes/deck.h"
#include "cassettes/options.h"
#include "cassettes/tape/reader.h"

namespace dynadeck {
namespace {

Outcome<cassettes::CassetteOptions, std::string> cassette_options(const ServeOptions& options) {
  cassettes::CassetteOptions result;
  const bool records = !options.record_file.empty();
  result.path = records ? options.record_file : options.replay_file;
  result.mode = records ? cassettes::Mode::kAll : cassettes::Mode::kNone;
  for (const auto& [name, value] : options.cassette) {
    auto set = cassettes::set_option(result, name, value);
    if (!set.ok()) return "--" + name + ": " + set.error();
  }
  return result;
}

}  // namespace

ServeOptions with_taped_choices(ServeOptions options) {
  const auto cassette = cassette_options(options);
  const bool plays =
      cassette.ok() && !cassette->path.empty() && cassette->mode != cassettes::Mode::kAll;
  if (!plays) return options;
  const auto header = cassettes::TapeReader::read_header(cassette->path);
  if (!header.ok()) return options;
  if (!options.seed) options.seed = header->seed;
  if (!options.clock && header->clock_frozen) options.clock = header->clock_start;
  return options;
}

bool needs_database(const ServeOptions& options) {
  if (options.replay_file.empty()) return true;
  return std::any_of(options.cassette.begin(), options.cassette.end(), [](const auto& option) {
    const auto& [name, value] = option;
    return (name == "unmatched" && value != "error") || (name == "mode" && value != "none");
  });
}

bool tapes_clean(const ServeOptions& options) {
  return std::any_of(options.cassette.begin(), options.cassette.end(),
                     [](const auto& option) { return option.first == "faults-clean"; });
}

std::optional<StartError> insert_tape(cassettes::Deck& deck, const ServeOptions& options) {
  if (options.record_file.empty() && options.replay_file.empty()) return std::nullopt;
  const auto cassette = cassette_options(options);
  if (!cassette.ok()) return StartError{kBadInput, cassette.error()};
  const auto inserted = deck.insert(*cassette);
  if (!inserted.ok()) return StartError{kBadInput, inserted.error()};
  return std::nullopt;
}

}  // namespace dynadeck
