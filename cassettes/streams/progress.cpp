#include "cassettes/streams/progress.h"

#include <algorithm>
#include <chrono>

namespace dynadeck::cassettes {
namespace {

// Source: [doc] API reference, GetRecords.
constexpr std::uint64_t kMostPageBytes = 1024 * 1024;

}  // namespace

StreamProgress::StreamProgress(const StreamTape& tape, const TapeIndex& index,
                               const Matcher& matcher, Streams streams, const Clock& clock)
    : tape_(tape), index_(index), matcher_(matcher), streams_(streams), clock_(clock) {}

bool StreamProgress::relevant(const TapedRecord& record, std::uint32_t section) const {
  if (section == 0 || record.cause == kNoExchange) return true;
  const std::uint32_t caused_in = index_.sections[record.cause];
  return caused_in == 0 || caused_in == section;
}

bool StreamProgress::happened(std::uint64_t exchange) const {
  return streams_ == Streams::kAll || exchange == kNoExchange ||
         matcher_.played(static_cast<std::uint32_t>(exchange));
}

bool StreamProgress::happened(const TapedRecord& record) const {
  if (record.due == 0 || streams_ == Streams::kAll) return happened(record.cause);
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
  return now.time_since_epoch().count() >= record.due;
}

std::size_t StreamProgress::ready(const TapedShard& shard, std::uint32_t section) {
  if (streams_ != Streams::kOrdered) return shard.records.size();
  Ready& ready = ready_[{&shard, section}];
  if (ready.restarts != matcher_.restarts()) ready = {matcher_.restarts(), 0};
  for (; ready.count < shard.records.size(); ++ready.count) {
    const TapedRecord& record = shard.records[ready.count];
    // A section does not wait for what was done outside of all.
    const bool outside =
        section != 0 && record.cause != kNoExchange && index_.sections[record.cause] == 0;
    if (relevant(record, section) && !outside && !happened(record)) break;
  }
  return ready.count;
}

bool StreamProgress::readable(const TapedShard& shard, std::size_t position,
                              std::uint32_t section) {
  const TapedRecord& record = shard.records[position];
  return position < ready(shard, section) && relevant(record, section) && happened(record);
}

bool StreamProgress::closed(const TapedStream& stream, const TapedShard& shard,
                            std::uint32_t section) {
  if (shard.end.empty()) return false;
  if (!stream.whole || streams_ == Streams::kAll) return true;
  return happened(shard.closed_by) && ready(shard, section) == shard.records.size();
}

bool StreamProgress::opened(const TapedStream& stream, const TapedShard& shard,
                            std::uint32_t section) {
  const TapedShard* parent = shard.parent.empty() ? nullptr : stream.find(shard.parent);
  return parent == nullptr || closed(stream, *parent, section);
}

bool StreamProgress::exists(const TapedStream& stream, std::uint32_t section) const {
  if (stream.made_by == kNoExchange || happened(stream.made_by)) return true;
  // Another section's tables are there already, as far as this one knows.
  return section != 0 && index_.sections[stream.made_by] != section;
}

bool StreamProgress::ended(const TapedStream& stream, std::uint32_t section) {
  if (stream.ended.empty() || !happened(stream.ended_by)) return false;
  return std::all_of(stream.shards.begin(), stream.shards.end(), [&](const TapedShard& shard) {
    return ready(shard, section) == shard.records.size();
  });
}

std::size_t StreamProgress::latest(const TapedShard& shard, std::uint32_t section) {
  std::size_t count = ready(shard, section);
  while (count > 0 && !readable(shard, count - 1, section)) --count;
  return count;
}

bool StreamProgress::same_place(const TapedShard& shard, std::size_t left, std::size_t right,
                                std::uint32_t section) const {
  const auto [from, to] = std::minmax(left, right);
  for (std::size_t i = from; i < std::min(to, shard.records.size()); ++i) {
    if (relevant(shard.records[i], section)) return false;
  }
  return true;
}

StreamPage StreamProgress::page_from(const StreamPosition& from, std::uint64_t limit,
                                     std::uint32_t section) {
  const TapedShard& shard = *from.shard;
  StreamPage page;
  page.next = from.index;
  std::uint64_t bytes = 0;
  const std::size_t end = ready(shard, section);
  for (std::size_t i = from.index; i < end; ++i) {
    if (!readable(shard, i, section)) continue;
    const TapedRecord& record = shard.records[i];
    bytes += record.size_bytes;
    const bool full =
        page.records.size() == limit || (!page.records.empty() && bytes > kMostPageBytes);
    if (full) return page;
    page.records.push_back(record.place);
    page.next = i + 1;
  }
  page.at_end = closed(*from.stream, shard, section) &&
                same_place(shard, page.next, shard.records.size(), section);
  return page;
}

std::string StreamProgress::held_back() {
  // A section that was not played keeps nothing from the others.
  if (streams_ != Streams::kOrdered || index_.section_names.size() > 1) return {};
  for (const auto& [arn, stream] : tape_.streams()) {
    for (const TapedShard& shard : stream.shards) {
      const std::size_t count = ready(shard, 0);
      const auto waiting = std::find_if(
          shard.records.begin() + static_cast<std::ptrdiff_t>(count), shard.records.end(),
          [&](const TapedRecord& record) { return happened(record); });
      if (waiting == shard.records.end()) continue;
      return "stream record " + waiting->sequence_number + " of " + arn +
             " was held back: the exchange of record " + shard.records[count].sequence_number +
             " before it was not played (sections, or --streams played, do without)";
    }
  }
  return {};
}

}  // namespace dynadeck::cassettes
