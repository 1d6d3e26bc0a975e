// How a replay went.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dynadeck::cassettes {

// One request that the tape had no answer for.
struct UnmatchedRequest {
  std::uint64_t ordinal = 0;  // the how-manieth unmatched one, from 1
  std::string section;
  std::string operation;
  std::string scope;                     // "000000000000/us-east-1"
  std::string request;                   // its body
  std::string reason;                    // one sentence
  std::uint64_t nearest = 0;             // sequence of the nearest recorded exchange; 0 without
  std::string nearest_request;           // its body
  std::vector<std::string> differences;  // "$.Key.id.S: asked "b", recorded "a""
};

// One exchange that nobody asked for.
struct UnplayedExchange {
  std::uint64_t sequence = 0;
  std::string section;
  std::string operation;
  std::string request;
};

struct ReplayReport {
  bool replayed = false;  // whether a tape was played at all
  bool recorded = false;  // whether anything was to be recorded
  bool verify = false;    // whether all of the tape had to be played
  std::string tape;
  std::uint64_t exchanges = 0;  // on the tape
  std::uint64_t played = 0;     // answers given from the tape, repeats included
  std::uint64_t unmatched = 0;
  std::uint64_t unplayed = 0;
  std::uint64_t built = 0;          // of those played: answers about streams, from their records
  std::uint64_t passed_on = 0;      // answered by what is behind, and not recorded
  std::string cut_short;            // a sentence where the tape's end cannot be read; or empty
  std::string held_back;            // a sentence about records that could not be read; or empty
  std::uint64_t new_exchanges = 0;  // recorded
  std::uint64_t new_bytes = 0;      // written to the tape for them
  // The first ones of each, bounded.
  std::vector<UnmatchedRequest> unmatched_requests;
  std::vector<UnplayedExchange> unplayed_exchanges;

  // For the exit status of `replay -- COMMAND`: nothing unexpected, and nothing left over where
  // that was demanded.
  bool clean() const { return unmatched == 0 && (!verify || unplayed == 0); }
};

// A line for a person: what was played, what was recorded; then lines for each request that had no
// answer, and for what was not played where that was demanded. `record --` and `replay --` print it
// to standard error.
std::string to_text(const ReplayReport& report);
// The body of GET /_dynadeck/cassette/unmatched.
std::string to_json(const ReplayReport& report);

}  // namespace dynadeck::cassettes
