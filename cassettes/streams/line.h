// Lines of a tape that tell what happened in streams.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "cassettes/redaction/redactor.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// A stream that was made or has ended, a shard that was opened or closed, or a record.
struct StreamLine {
  enum class Kind : std::uint8_t { kStream, kShard, kRecord };
  Kind kind = Kind::kRecord;
  std::chrono::microseconds offset{0};  // from the start of the tape
  std::uint64_t exchange = 0;           // sequence of the exchange that caused it; 0: none did
  bool expired = false;                 // a record of time to live
  std::string stream_arn;
  std::string shard;  // of a record
  std::string json;   // as DescribeStream shows it, without shards; or as GetRecords does
};

// Appends the line, with its line break.
void append_line(std::string& out, const StreamLine& line);

// Whether a line is one of these, by its first member.
bool is_stream_line(std::string_view line);
// Reads one. Members that are not known are skipped. The error is one sentence.
Outcome<StreamLine, std::string> parse_stream_line(std::string_view line);

// Replaces secrets as they are replaced in the answers of DescribeStream and GetRecords.
void redact(const Redactor& redactor, StreamLine& line);

// The number by which a record stands in its shard: decimal digits. Empty where it has none.
std::string sequence_number_of(std::string_view record);
// Whether one is below the other.
bool sequence_number_less(std::string_view left, std::string_view right);

}  // namespace dynadeck::cassettes
