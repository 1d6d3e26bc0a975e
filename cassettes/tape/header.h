// The first line of a tape.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/matching/rule.h"
#include "cassettes/redaction/rule.h"
#include "harness/seam/clock.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

struct TapeHeader {
  int version = 1;
  Clock::WallTime created{};
  std::string dynadeck_version;
  std::uint64_t seed = 0;
  Clock::WallTime clock_start{};
  bool clock_frozen = false;
  bool faults_clean = false;
  std::vector<RedactionRule> redactions;
  std::string salt;              // hexadecimal; empty without redactions
  std::vector<MatchRule> match;  // that the index's hashes were made with
};

// With its line break.
std::string to_line(const TapeHeader& header);

// The error is one sentence: not a cassette, or of a version that is not known.
Outcome<TapeHeader, std::string> parse_header(std::string_view line);

// "2026-01-01T00:00:00.000000Z"
std::string format_time(Clock::WallTime time);
bool parse_time(std::string_view text, Clock::WallTime& time);

// JSON of the rules, and back; used for the header, the index and the admin API.
std::string to_json(const std::vector<MatchRule>& rules);
std::string to_json(const std::vector<RedactionRule>& rules);
std::vector<MatchRule> match_rules_from_json(std::string_view array);
std::vector<RedactionRule> redaction_rules_from_json(std::string_view array);

}  // namespace dynadeck::cassettes
