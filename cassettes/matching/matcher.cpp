#include "cassettes/matching/matcher.h"

#include <algorithm>
#include <limits>

#include "cassettes/matching/hash.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kLargeGroup = 32;
// Beyond that, some writes of lanes are forgotten, which only makes item order less strict.
constexpr std::size_t kMostLaneWrites = 250'000;
// Beyond that, queries are answered in the order they were taped.
constexpr std::size_t kMostValueWrites = 250'000;

}  // namespace

Matcher::Matcher(const MatchColumns& tape, Order order, Repeat repeat)
    : tape_(tape),
      order_(order),
      repeat_(repeat),
      table_(tape.hashes),
      played_(tape.size(), false),
      unplayed_(tape.size()) {
  if (order == Order::kStrict) return;
  closers_.assign(tape.size(), 0);
  several_.assign(tape.size(), false);
}

std::optional<std::uint32_t> Matcher::claim(const Asked& asked, const Accept& accept) {
  return order_ == Order::kStrict ? claim_strict(asked, accept) : claim_by_item(asked, accept);
}

std::uint32_t Matcher::first_unplayed(std::uint32_t section) {
  std::uint32_t& cursor = cursors_[section];
  while (cursor < tape_.size() && (played_[cursor] || !in_section(cursor, section))) ++cursor;
  return cursor;
}

std::uint32_t Matcher::place(std::uint32_t section) const {
  const auto last = last_.find(section);
  return last == last_.end() ? 0 : last->second;
}

// Whether nothing is left that has to be played. What need not be is still answered by itself.
bool Matcher::is_at_end(const Asked& asked) {
  std::uint32_t left = first_unplayed(asked.section);
  if (left == tape_.size()) return true;
  if (!optional_ || asked.optional) return false;
  for (; left < tape_.size(); ++left) {
    const bool waits = !played_[left] && in_section(left, asked.section);
    if (waits && !optional_(left)) return false;
  }
  return true;
}

// The next one, or one that overlapped all the unplayed ones before it.
std::optional<std::uint32_t> Matcher::claim_strict(const Asked& asked, const Accept& accept) {
  if (repeat_ == Repeat::kCycle && is_at_end(asked)) restart(asked.section);
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  for (std::uint64_t i = first_unplayed(asked.section); i < tape_.size() && i <= limit; ++i) {
    const auto ordinal = static_cast<std::uint32_t>(i);
    if (played_[ordinal] || !in_section(ordinal, asked.section)) continue;
    if (tape_.hashes[ordinal] == asked.hash && (!accept || accept(ordinal))) {
      play(ordinal, asked);
      return ordinal;
    }
    const std::uint64_t reach = i + tape_.overlaps[ordinal];
    if (reach < limit && !(optional_ && optional_(ordinal))) limit = reach;
  }
  const auto last = last_.find(asked.section);
  const bool again = repeat_ == Repeat::kLast && last != last_.end() &&
                     tape_.hashes[last->second] == asked.hash && (!accept || accept(last->second));
  return again ? std::optional(last->second) : std::nullopt;
}

std::optional<std::uint32_t> Matcher::claim_by_item(const Asked& asked, const Accept& accept) {
  const std::span<const std::uint32_t> same = asked.among ? *asked.among : table_.find(asked.hash);
  if (same.empty()) return std::nullopt;
  std::optional<std::uint32_t> chosen = choose(same, asked, accept);
  if (!chosen) return repeat(same, asked, accept);
  play(*chosen, asked);
  return chosen;
}

std::optional<std::uint32_t> Matcher::choose(std::span<const std::uint32_t> same,
                                             const Asked& asked, const Accept& accept) {
  std::size_t start = 0;
  if (same.size() > kLargeGroup && !asked.among) {
    std::uint32_t& done = done_[same.front()];
    while (done < same.size() && played_[same[done]]) ++done;
    start = done;
  }
  const std::uint32_t after = last_related_write(asked);
  std::optional<std::uint32_t> fallback;
  for (const std::uint32_t ordinal : same.subspan(start)) {
    if (played_[ordinal] || !in_section(ordinal, asked.section)) continue;
    if (accept && !accept(ordinal)) continue;
    const bool has_lane = asked.lanes != nullptr && !asked.lanes->items.empty();
    if (has_lane) {
      const bool fits = !missing_predecessor(ordinal) && !stale(ordinal, *asked.lanes);
      if (fits) return ordinal;
      if (order_ == Order::kItem && !asked.any_order) continue;
    } else if (ordinal >= after) {
      // What looks at many items is best answered as it was after the latest write of them.
      return ordinal;
    }
    if (!fallback) fallback = ordinal;
  }
  return fallback;
}

std::optional<std::uint32_t> Matcher::repeat(std::span<const std::uint32_t> same,
                                             const Asked& asked, const Accept& accept) {
  if (repeat_ == Repeat::kOnce) return std::nullopt;
  std::optional<std::uint32_t> last;
  for (const std::uint32_t ordinal : same) {
    const bool usable = played_[ordinal] && in_section(ordinal, asked.section);
    if (!usable || (accept && !accept(ordinal))) continue;
    if (repeat_ == Repeat::kLast) {
      last = ordinal;
    } else {
      unplay(ordinal);
    }
  }
  if (repeat_ == Repeat::kLast) return last;
  last = choose(same, asked, accept);
  if (last) play(*last, asked);
  return last;
}

bool Matcher::overlap(std::uint32_t left, std::uint32_t right) const {
  const std::uint32_t early = std::min(left, right);
  return std::max(left, right) <= std::uint64_t{early} + tape_.overlaps[early];
}

std::optional<std::uint32_t> Matcher::predecessor(std::uint32_t ordinal) const {
  const std::uint32_t distance = tape_.predecessors[ordinal];
  if (distance == 0 || distance > ordinal) return std::nullopt;
  return ordinal - distance;
}

std::optional<std::uint32_t> Matcher::missing_predecessor(std::uint32_t ordinal) const {
  const std::optional<std::uint32_t> before = predecessor(ordinal);
  return before && !played_[*before] ? before : std::nullopt;
}

// Whether a read was recorded before a write that has been played.
bool Matcher::stale(std::uint32_t ordinal, const Lanes& lanes) const {
  if (lanes.writes) return false;
  const std::optional<std::uint32_t> before = predecessor(ordinal);
  if (before && !several_[*before]) {
    const std::uint32_t closer = closers_[*before];
    if (closer != 0 && !overlap(closer - 1, ordinal)) return true;
    if (!has_several_) return false;
  }
  return std::any_of(lanes.items.begin(), lanes.items.end(), [&](std::uint64_t lane) {
    const auto latest = lane_writes_.find(combine(lane, tape_.sections[ordinal]));
    return latest != lane_writes_.end() && latest->second > ordinal &&
           !overlap(latest->second, ordinal);
  });
}

// The latest write that was played of what a request without an item looks at: of items with the
// values a query asks for, else of the table.
std::uint32_t Matcher::last_related_write(const Asked& asked) const {
  if (asked.lanes == nullptr) return 0;
  const auto latest = [&](const auto& writes, std::uint64_t key) {
    const auto found = writes.find(combine(key, asked.section));
    return found == writes.end() ? 0 : found->second;
  };
  std::uint32_t last = 0;
  for (const std::uint64_t value : asked.lanes->values) {
    last = std::max(last, latest(value_writes_, value));
  }
  if (!asked.lanes->values.empty() || asked.lanes->tables.empty()) return last;
  return latest(table_writes_, asked.lanes->tables.front());
}

void Matcher::play(std::uint32_t ordinal, const Asked& asked) {
  played_[ordinal] = true;
  --unplayed_;
  last_[asked.section] = ordinal;
  if (order_ == Order::kStrict || asked.lanes == nullptr || !asked.lanes->writes) return;
  // Most writes are of one item, and close what came after the one before. What is of several
  // items has one such for each of them, of which the index knows the latest.
  const std::optional<std::uint32_t> before = predecessor(ordinal);
  const bool one_by_one = before && !several_[*before];
  if (one_by_one) closers_[*before] = ordinal + 1;
  several_[ordinal] = asked.lanes->several;
  has_several_ = has_several_ || asked.lanes->several;
  if (!one_by_one || asked.lanes->several) {
    for (const std::uint64_t lane : asked.lanes->items) {
      if (lane_writes_.size() >= kMostLaneWrites) break;
      std::uint32_t& latest = lane_writes_[combine(lane, tape_.sections[ordinal])];
      latest = std::max(latest, ordinal);
    }
  }
  for (const std::uint64_t table : asked.lanes->tables) {
    table_writes_[combine(table, asked.section)] = ordinal;
  }
  for (const std::uint64_t value : asked.lanes->values) {
    if (value_writes_.size() < kMostValueWrites) {
      value_writes_[combine(value, asked.section)] = ordinal;
    }
  }
}

void Matcher::unplay(std::uint32_t ordinal) {
  if (!played_[ordinal]) return;
  played_[ordinal] = false;
  ++unplayed_;
  ++restarts_;
  cursors_.clear();
  done_.clear();
  if (closers_.empty()) return;
  // What it closed and what closed it is open again.
  const std::optional<std::uint32_t> before = predecessor(ordinal);
  if (before && closers_[*before] == ordinal + 1) closers_[*before] = 0;
  closers_[ordinal] = 0;
}

void Matcher::restart(std::uint32_t section) {
  for (std::uint32_t ordinal = 0; ordinal < tape_.size(); ++ordinal) {
    if (in_section(ordinal, section)) unplay(ordinal);
  }
  std::erase_if(lane_writes_, [&](const auto& entry) { return !played_[entry.second]; });
  std::erase_if(table_writes_, [&](const auto& entry) { return !played_[entry.second]; });
  std::erase_if(value_writes_, [&](const auto& entry) { return !played_[entry.second]; });
  last_.erase(section);
}

}  // namespace dynadeck::cassettes
