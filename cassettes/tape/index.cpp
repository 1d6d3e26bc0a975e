#include "cassettes/tape/index.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "cassettes/json/text.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kFrameRowBytes = 40;
constexpr std::size_t kMostTextBytes = std::size_t{64} << 20;
constexpr std::size_t kMostLanes = 250'000;

void append_text(std::string& out, const TapeIndex& index) {
  out += R"({"sections":[)";
  for (std::size_t i = 0; i < index.section_names.size(); ++i) {
    if (i > 0) out += ',';
    append_quoted(out, index.section_names[i]);
  }
  out.append(R"(],"keys":)").append(index.keys.to_json());
  out.append(R"(,"last_sequence":)").append(std::to_string(index.last_sequence));
  out.append(R"(,"last_completed":)").append(std::to_string(index.last_completed));
  out.append(R"(,"match":)").append(index.match.empty() ? "null" : index.match);
  if (index.renames_names) out.append(R"(,"renames":["values","names"])");
  out += '}';
}

bool take_text(std::string_view text, TapeIndex& index) {
  index.section_names.clear();
  index.renames_names = false;
  const bool walked = for_each_member(text, [&](std::string_view name, std::string_view raw) {
    if (name == "sections") {
      for_each_element(raw, [&](std::string_view section) {
        index.section_names.push_back(string_value(section));
        return true;
      });
    } else if (name == "keys") {
      index.keys.add_json(raw);
    } else if (name == "last_sequence") {
      index.last_sequence = unsigned_value(raw);
    } else if (name == "last_completed") {
      index.last_completed = unsigned_value(raw);
    } else if (name == "match" && raw != "null") {
      index.match = raw;
    } else if (name == "renames") {
      index.renames_names = raw.find("\"names\"") != std::string_view::npos;
    }
    return true;
  });
  return walked && !index.section_names.empty();
}

template <typename Number>
void append_column(std::string& out, const std::vector<Number>& column) {
  out.append(reinterpret_cast<const char*>(column.data()), column.size() * sizeof(Number));
}

using Read = std::function<bool(char* into, std::size_t bytes)>;

template <typename Number>
bool read_column(const Read& read, std::vector<Number>& column, std::size_t count) {
  column.resize(count);
  return read(reinterpret_cast<char*>(column.data()), count * sizeof(Number));
}

bool read_frames(const Read& read, std::vector<FrameRow>& frames, std::uint64_t count) {
  char row[kFrameRowBytes];
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!read(row, sizeof row)) return false;
    frames.push_back({little_endian(row, 8), little_endian(row + 8, 8), little_endian(row + 16, 8),
                      little_endian(row + 24, 8),
                      static_cast<std::uint32_t>(little_endian(row + 32, 4)),
                      static_cast<std::uint32_t>(little_endian(row + 36, 4))});
  }
  return true;
}

// Whether the columns point only at what there is.
bool consistent(const TapeIndex& index) {
  std::uint64_t exchanges = 0;
  for (const FrameRow& frame : index.frames) exchanges += frame.exchanges;
  if (exchanges != index.size()) return false;
  for (std::uint64_t i = 0; i < index.size(); ++i) {
    if (index.place(i) >= index.size() || index.sections[i] >= index.section_names.size() ||
        index.predecessors[i] > i) {
      return false;
    }
  }
  return true;
}

std::uint32_t clamp(std::uint64_t number) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(number, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

std::string encode_index(const TapeIndex& index) {
  std::string text;
  append_text(text, index);
  std::string out;
  out.reserve(24 + index.frames.size() * kFrameRowBytes + index.size() * 24 + text.size());
  append_little_endian(out, index.size(), 8);
  append_little_endian(out, index.frames.size(), 8);
  append_little_endian(out, text.size(), 8);
  for (const FrameRow& frame : index.frames) {
    append_little_endian(out, frame.offset, 8);
    append_little_endian(out, frame.compressed_bytes, 8);
    append_little_endian(out, frame.decompressed_bytes, 8);
    append_little_endian(out, frame.first_sequence, 8);
    append_little_endian(out, frame.exchanges, 4);
    append_little_endian(out, frame.lines, 4);
  }
  append_column(out, index.hashes);
  append_column(out, index.positions);
  append_column(out, index.overlaps);
  append_column(out, index.sections);
  append_column(out, index.predecessors);
  return out + text;
}

Outcome<TapeIndex, std::string> decode_index(const Read& read, std::uint64_t most_exchanges) {
  char counts[24];
  if (!read(counts, sizeof counts)) return std::string("the index is cut short");
  const std::uint64_t exchanges = little_endian(counts, 8);
  const std::uint64_t frames = little_endian(counts + 8, 8);
  const std::uint64_t text_bytes = little_endian(counts + 16, 8);
  if (exchanges > most_exchanges || frames > most_exchanges + 8 || text_bytes > kMostTextBytes) {
    return std::string("the index claims more than the file can hold");
  }
  TapeIndex index;
  std::string text;
  const bool complete = read_frames(read, index.frames, frames) &&
                        read_column(read, index.hashes, exchanges) &&
                        read_column(read, index.positions, exchanges) &&
                        read_column(read, index.overlaps, exchanges) &&
                        read_column(read, index.sections, exchanges) &&
                        read_column(read, index.predecessors, exchanges) &&
                        (text.resize(text_bytes), read(text.data(), text_bytes));
  if (!complete) return std::string("the index is cut short");
  if (!take_text(text, index) || !consistent(index)) {
    return std::string("the index contradicts itself");
  }
  return index;
}

IndexBuilder::IndexBuilder(TapeIndex index)
    : section_names_(index.section_names),
      keys_(index.keys),
      match_(index.match),
      last_sequence_(index.last_sequence),
      last_completed_(std::max<std::uint64_t>(index.last_completed, index.size())) {
  for (std::uint32_t i = 1; i < section_names_.size(); ++i) section_numbers_[section_names_[i]] = i;
  // Ordinals serve as sequences: what follows is above them all.
  rows_ = Column<Row>(index.size());
  old_predecessors_.resize(index.size());
  for (std::uint64_t i = 0; i < index.size(); ++i) {
    const std::uint64_t before = index.predecessors[i];
    const std::uint64_t place = index.place(i);
    rows_[place] = {i + 1, i + 1 + index.overlaps[i], index.hashes[i], index.sections[i], 0};
    old_predecessors_[place] = before == 0 ? 0 : i + 1 - before;
  }
}

std::uint32_t IndexBuilder::section_number(std::string_view name) {
  if (name.empty()) return 0;
  const auto [found, added] = section_numbers_.try_emplace(
      std::string(name), static_cast<std::uint32_t>(section_names_.size()));
  if (added) section_names_.emplace_back(name);
  return found->second;
}

std::uint64_t IndexBuilder::LaneWrites::before(std::uint64_t sequence) const {
  std::uint64_t found = older_ < sequence ? older_ : 0;
  for (std::size_t i = 0; i < std::min<std::uint64_t>(count_, latest_.size()); ++i) {
    if (latest_[i].arrived < sequence) found = std::max(found, latest_[i].sequence);
  }
  return found;
}

void IndexBuilder::LaneWrites::add(std::uint64_t sequence, std::uint64_t arrived) {
  Write& place = latest_[count_ % latest_.size()];
  if (count_ >= latest_.size()) older_ = std::max(older_, place.sequence);
  place = {sequence, arrived};
  ++count_;
}

std::uint64_t IndexBuilder::find_predecessor(const Row& row, std::size_t& name) {
  const bool writes = row.lanes % 2 == 1;
  std::uint64_t latest = 0;
  for (std::uint32_t i = 0; i < row.lanes / 2; ++i) {
    const std::uint64_t item = lane_names_[name++];
    // Sections are played beside each other, each from its start: what another one wrote is no
    // reason to wait.
    const std::uint64_t lane = row.section == 0 ? item : combine(item, row.section);
    auto found = last_writes_.find(lane);
    if (found == last_writes_.end()) {
      const auto older = older_writes_.find(lane);
      if (older != older_writes_.end()) found = last_writes_.insert(*older).first;
    }
    if (found != last_writes_.end()) {
      latest = std::max(latest, found->second.before(row.sequence));
      if (writes) found->second.add(row.sequence, row.arrived);
    } else if (writes) {
      last_writes_[lane].add(row.sequence, row.arrived);
    }
  }
  if (last_writes_.size() > kMostLanes) {
    older_writes_ = std::move(last_writes_);
    last_writes_.clear();
  }
  return latest;
}

std::vector<std::uint64_t> IndexBuilder::find_predecessors() {
  std::vector<std::uint64_t> predecessors = std::move(old_predecessors_);
  const std::size_t old = predecessors.size();
  predecessors.reserve(rows_.size());
  std::size_t name = 0;
  for (std::size_t i = old; i < rows_.size(); ++i) {
    predecessors.push_back(find_predecessor(rows_[i], name));
  }
  return predecessors;
}

void IndexBuilder::add(const InteractionView& interaction, std::uint64_t hash,
                       const RequestScan& scan) {
  keys_.learn(interaction.operation, interaction.request, scan, interaction.response);
  const Lanes& lanes = lanes_.find(interaction.operation, interaction.account, interaction.region,
                                   interaction.request, scan, keys_);
  rows_.push_back({interaction.sequence, interaction.arrived, hash,
                   section_number(interaction.section),
                   static_cast<std::uint32_t>(lanes.items.size() * 2 + (lanes.writes ? 1 : 0))});
  for (const std::uint64_t name : lanes.items) lane_names_.push_back(name);
  last_sequence_ = std::max(last_sequence_, interaction.sequence);
  last_completed_ = std::max(last_completed_, interaction.completed);
}

TapeIndex IndexBuilder::finish(std::vector<FrameRow> frames) {
  TapeIndex index;
  index.frames = std::move(frames);
  const std::size_t count = rows_.size();
  const std::vector<std::uint64_t> predecessors = find_predecessors();
  std::vector<std::uint32_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint32_t>(i);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
    return rows_[left].sequence < rows_[right].sequence;
  });
  const auto first_above = [&](std::uint64_t sequence) {
    const auto found = std::upper_bound(
        order.begin(), order.end(), sequence,
        [&](std::uint64_t wanted, std::uint32_t place) { return wanted < rows_[place].sequence; });
    return static_cast<std::uint64_t>(found - order.begin());
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    const Row& row = rows_[order[i]];
    index.hashes.push_back(row.hash);
    index.positions.push_back(static_cast<std::int32_t>(static_cast<std::int64_t>(order[i]) -
                                                        static_cast<std::int64_t>(i)));
    // A sequential session needs no search.
    const bool alone = row.arrived == row.sequence;
    index.overlaps.push_back(alone ? 0 : clamp(first_above(row.arrived) - i - 1));
    index.sections.push_back(row.section);
    const std::uint64_t predecessor = predecessors[order[i]];
    const std::uint64_t before = predecessor == 0 ? i : first_above(predecessor) - 1;
    index.predecessors.push_back(before < i ? clamp(i - before) : 0);
  }
  index.section_names = std::move(section_names_);
  index.keys = std::move(keys_);
  index.match = std::move(match_);
  index.last_sequence = last_sequence_;
  index.last_completed = last_completed_;
  *this = IndexBuilder();
  return index;
}

}  // namespace dynadeck::cassettes
