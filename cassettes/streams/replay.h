// Answers of the Streams API from what a tape knows of streams, for consumers that ask otherwise
// than they did when it was recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/matching/matcher.h"
#include "cassettes/streams/policy.h"
#include "cassettes/streams/progress.h"
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

  // What waits for another one's exchange: StreamProgress::held_back().
  std::string held_back() { return progress_.held_back(); }

 private:
  std::optional<StreamPosition> position_of(std::string_view iterator) const;
  std::optional<StreamPosition> asked_position(const Asked& asked);

  bool fits_page(const Asked& asked, const Interaction& taped);
  bool fits_description(const Asked& asked, const Interaction& taped);
  bool listed(const TapedStream& stream, const Asked& asked) const;
  std::optional<BuiltAnswer> list(const Asked& asked) const;
  std::optional<BuiltAnswer> describe(const Asked& asked);
  std::optional<BuiltAnswer> iterator(const Asked& asked);
  std::optional<BuiltAnswer> records(const Asked& asked);

  const StreamTape& tape_;
  StreamProgress progress_;
};

}  // namespace dynadeck::cassettes
