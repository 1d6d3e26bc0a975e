// What a tape knows of streams: their shards, their records, and where its iterators stood.
//
// The whole of it stands on the lines of streams. A tape that has none, as one that was recorded
// before an upstream, still shows in its answers what its consumers saw.
//
// The room: streams on tapes. Their lines are written while a tape is recorded; a replay answers
// consumers from them as far as what caused the records has been played.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cassettes/tape/index.h"
#include "cassettes/tape/reader.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// Exchanges are known by their ordinals: docs/formats/cassette.md.
inline constexpr std::uint64_t kNoExchange = std::numeric_limits<std::uint64_t>::max();

// Where the JSON of a record stands on the tape.
struct RecordPlace {
  std::uint32_t frame = 0;
  std::uint32_t offset = 0;  // in the frame's text
  std::uint32_t bytes = 0;
};

struct TapedRecord {
  std::string sequence_number;
  std::uint64_t cause = kNoExchange;
  std::uint32_t size_bytes = 0;  // as it counts for a page
  std::int64_t due = 0;          // of time to live: the second since 1970; 0 otherwise
  RecordPlace place;
};

struct TapedShard {
  std::string id;
  std::string parent;  // empty: none
  std::string start;   // empty: not known
  std::string end;     // empty: never closed
  std::uint64_t closed_by = kNoExchange;
  std::vector<TapedRecord> records;  // in their order
};

struct TapedStream {
  std::string arn;
  std::string description;  // without shards; empty: not known
  std::string ended;        // the same once it is disabled; empty: it never is
  std::uint64_t made_by = kNoExchange;
  std::uint64_t ended_by = kNoExchange;
  bool whole = false;  // the tape has lines of it: nothing is missing
  std::vector<TapedShard> shards;

  const TapedShard* find(std::string_view shard_id) const;
};

// A place in a shard: the number of records before it.
struct StreamPosition {
  const TapedStream* stream = nullptr;
  const TapedShard* shard = nullptr;
  std::size_t index = 0;
};

// Immutable.
class StreamTape {
 public:
  // Reads all of the tape. index: of that tape. The error is one sentence.
  static Outcome<StreamTape, std::string> load(const TapeReader& tape, const TapeIndex& index);

  // By ARN.
  const std::map<std::string, TapedStream, std::less<>>& streams() const { return streams_; }
  const TapedStream* find(std::string_view arn) const;
  // Where an iterator stood that an answer on the tape gives.
  std::optional<StreamPosition> position_of(std::string_view iterator) const;
  // Whether the tape has lines of streams.
  bool tells() const;
  // Whether an exchange asks for streams: how often a consumer polls is its own affair.
  bool is_poll(std::uint64_t ordinal) const { return polls_[ordinal]; }

 private:
  friend class StreamTapeLoader;
  StreamTape() = default;

  std::map<std::string, TapedStream, std::less<>> streams_;
  std::unordered_map<std::uint64_t, StreamPosition> iterators_;  // by the hash of the text
  std::vector<bool> polls_;                                      // by ordinal
};

// How many of a shard's records come before a sequence number, or up to it.
std::size_t count_before(const std::vector<TapedRecord>& records, std::string_view number,
                         bool with_it);

// Whether an operation reads streams.
bool is_stream_operation(std::string_view operation);

}  // namespace dynadeck::cassettes
