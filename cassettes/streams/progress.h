// How far the streams of a tape can be read, while it is played.
//
// A record can be read once the exchange that caused it has been played, and those of the records
// before it in its shard: consumers see what was taped, in its order, and pass nothing that comes
// later. A shard is closed, and its children are there, once all of its records can be read. In a
// section only what its own exchanges caused counts, beside what was caused outside of all
// sections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cassettes/matching/matcher.h"
#include "cassettes/streams/policy.h"
#include "cassettes/streams/tape.h"
#include "cassettes/tape/index.h"
#include "harness/seam/clock.h"

namespace dynadeck::cassettes {

// Records that can be read from some place on.
struct StreamPage {
  std::vector<RecordPlace> records;
  std::size_t next = 0;
  bool at_end = false;  // of a shard that is closed
};

// section: who asks; 0 for none. One thread at a time: the player holds a lock around it.
class StreamProgress {
 public:
  // All are borrowed. matcher: knows what has been played. clock: for records of time to live.
  StreamProgress(const StreamTape& tape, const TapeIndex& index, const Matcher& matcher,
                 Streams streams, const Clock& clock);

  // Whether a record counts in the section.
  bool relevant(const TapedRecord& record, std::uint32_t section) const;
  bool readable(const TapedShard& shard, std::size_t position, std::uint32_t section);

  bool exists(const TapedStream& stream, std::uint32_t section) const;
  bool ended(const TapedStream& stream, std::uint32_t section);
  bool opened(const TapedStream& stream, const TapedShard& shard, std::uint32_t section);
  bool closed(const TapedStream& stream, const TapedShard& shard, std::uint32_t section);

  // How many records a reader who wants only new ones leaves behind.
  std::size_t latest(const TapedShard& shard, std::uint32_t section);
  // Whether nothing that counts stands between two places.
  bool same_place(const TapedShard& shard, std::size_t left, std::size_t right,
                  std::uint32_t section) const;
  // At most `limit` records, and as many as go into an answer.
  StreamPage page_from(const StreamPosition& from, std::uint64_t limit, std::uint32_t section);

  // The first record that waits for another one's exchange although its own has been played: in a
  // sentence; empty where there is none.
  std::string held_back();

 private:
  // How far the records of a shard can be read.
  struct Ready {
    std::uint64_t restarts = 0;  // of the matcher, when this was found
    std::size_t count = 0;
  };

  bool happened(std::uint64_t exchange) const;
  bool happened(const TapedRecord& record) const;
  // How many of a shard's records have nothing before them that is still to come.
  std::size_t ready(const TapedShard& shard, std::uint32_t section);

  const StreamTape& tape_;
  const TapeIndex& index_;
  const Matcher& matcher_;
  const Streams streams_;
  const Clock& clock_;
  std::map<std::pair<const TapedShard*, std::uint32_t>, Ready> ready_;  // by section, too
};

}  // namespace dynadeck::cassettes
