// Where the story of streams goes as it happens: onto a tape.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace dynadeck::engine {

// Something that has happened in a stream.
struct StreamNote {
  enum class Kind : std::uint8_t {
    kStream,  // it was made, or has ended
    kShard,   // was opened, or closed
    kRecord,
  };
  Kind kind = Kind::kRecord;
  std::uint64_t exchange = 0;  // Request::exchange of the request that caused it; 0: none did
  bool expired = false;        // a record of time to live
  std::string shard_id;        // of a record
  std::string json;            // as DescribeStream shows it, without shards; or as GetRecords does
};

class StreamSink {
 public:
  virtual ~StreamSink() = default;
  // Takes what has happened in one stream, in the order of its sequence numbers: of one stream it
  // is called by one thread at a time, of different ones by many at once. A record has been
  // committed, and its item's lock may still be held.
  virtual void take(const std::string& stream_arn, std::span<const StreamNote> notes) = 0;
};

}  // namespace dynadeck::engine
