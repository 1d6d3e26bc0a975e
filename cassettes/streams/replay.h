// Answers of the Streams API from what a tape knows of streams, for consumers that ask otherwise
// than they did when it was recorded.
//
// A record can be read once the exchange that caused it has been played, and those of the records
// before it in its shard: consumers see what was taped, in its order, and pass nothing that comes
// later. A shard is closed, and its children are there, once all of its records can be read. In a
// section only what its own exchanges caused counts, beside what was caused outside of all
// sections.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "cassettes/matching/matcher.h"
#include "cassettes/streams/policy.h"
#include "cassettes/streams/tape.h"
#include "cassettes/tape/index.h"
#include "cassettes/tape/interaction.h"
#include "harness/seam/clock.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// An answer to be put together: what stands before its records, where they are, what stands behind.
struct BuiltAnswer {
  std::string start;
  std::vector<RecordPlace> records;
  std::string end;
};

// One thread at a time: the player holds a lock around it.
class StreamReplay {
 public:
  // All are borrowed. matcher: knows what has been played. clock: for records of time to live.
  StreamReplay(const StreamTape& tape, const TapeIndex& index, const Matcher& matcher,
               Streams streams, const Clock& clock);

  struct Asked {
    std::string_view operation;
    std::string_view body;
    const Scope* scope = nullptr;
    std::uint32_t section = 0;  // 0: none
  };
  // Whether a taped answer says what could be said now. Errors and answers that were cut do: they
  // are part of what was recorded.
  bool fits(const Asked& asked, const Interaction& taped);

  // Nothing where the tape does not know what is asked for, or it is asked for wrongly.
  std::optional<BuiltAnswer> build(const Asked& asked);

  // The first record that waits for another one's exchange although its own has been played: in a
  // sentence; empty where there is none.
  std::string held_back();

 private:
  // How far the records of a shard can be read.
  struct Ready {
    std::uint64_t restarts = 0;  // of the matcher, when this was found
    std::size_t count = 0;
  };
  struct Page {
    std::vector<RecordPlace> records;
    std::size_t next = 0;
    bool at_end = false;  // of a shard that is closed
  };

  bool relevant(const TapedRecord& record, std::uint32_t section) const;
  bool happened(std::uint64_t exchange) const;
  bool happened(const TapedRecord& record) const;
  std::size_t ready(const TapedShard& shard, std::uint32_t section);
  bool readable(const TapedShard& shard, std::size_t position, std::uint32_t section);
  bool closed(const TapedStream& stream, const TapedShard& shard, std::uint32_t section);
  bool opened(const TapedStream& stream, const TapedShard& shard, std::uint32_t section);
  bool ended(const TapedStream& stream, std::uint32_t section);
  bool listed(const TapedStream& stream, const Asked& asked) const;
  std::size_t latest(const TapedShard& shard, std::uint32_t section);
  bool same_place(const TapedShard& shard, std::size_t left, std::size_t right,
                  std::uint32_t section) const;

  std::optional<StreamPosition> position_of(std::string_view iterator) const;
  std::optional<StreamPosition> asked_position(const Asked& asked);
  Page page_from(const StreamPosition& from, std::uint64_t limit, std::uint32_t section);

  bool fits_page(const Asked& asked, const Interaction& taped);
  bool fits_description(const Asked& asked, const Interaction& taped);
  std::optional<BuiltAnswer> list(const Asked& asked) const;
  std::optional<BuiltAnswer> describe(const Asked& asked);
  std::optional<BuiltAnswer> iterator(const Asked& asked);
  std::optional<BuiltAnswer> records(const Asked& asked);

  const StreamTape& tape_;
  const TapeIndex& index_;
  const Matcher& matcher_;
  const Streams streams_;
  const Clock& clock_;
  std::map<std::pair<const TapedShard*, std::uint32_t>, Ready> ready_;  // by section, too
};

}  // namespace dynadeck::cassettes
