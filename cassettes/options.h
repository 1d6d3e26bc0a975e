// How a tape is recorded and replayed: what the command line and the admin API can say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/matching/order.h"
#include "cassettes/matching/rule.h"
#include "cassettes/redaction/rule.h"
#include "cassettes/streams/policy.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// What happens to a request while a tape is in.
enum class Mode : std::uint8_t {
  kAll,          // everything goes on and is recorded; the tape is new
  kOnce,         // recorded if there is no such tape yet, else as kNone
  kNone,         // everything is answered from the tape
  kNewEpisodes,  // what is on the tape is answered from it, the rest goes on and is added
};

enum class Unmatched : std::uint8_t {
  kError,        // answered with an error that says what is nearest
  kPassthrough,  // goes on, is not recorded
  kRecord,       // goes on, is added to the tape
};

struct CassetteOptions {
  std::string path;
  Mode mode = Mode::kNone;
  Order order = Order::kItem;
  Repeat repeat = Repeat::kOnce;
  Unmatched unmatched = Unmatched::kError;
  Streams streams = Streams::kOrdered;
  bool overwrite = false;  // kAll only: replace an existing tape
  bool verify = false;     // replay: all of the tape has to be played
  std::vector<MatchRule> match;
  std::vector<RedactionRule> redact;
  double speed = 0;            // replay: 0 is instant, 1 as taped, 10 ten times faster
  bool faults_clean = false;   // record: faults stand outside the tape (noted in its header)
  bool stream_records = true;  // record: lines of what happens in streams
  int compression_level = 1;
};

// Sets one option from text: the names are those of the command line without dashes ("mode",
// "order", "repeat", "unmatched", "overwrite", "verify", "ignore", "normalise", "match-only",
// "redact", "speed", "faults-clean", "stream-records", "streams", "match-rules" (a file)). The
// error is one line for a person.
Outcome<Done, std::string> set_option(CassetteOptions& options, std::string_view name,
                                      std::string_view value);

// "all", "once", "none", "new-episodes".
std::string_view name_of(Mode mode);
std::string_view name_of(Order order);
std::string_view name_of(Repeat repeat);
std::string_view name_of(Unmatched unmatched);
std::string_view name_of(Streams streams);

}  // namespace dynadeck::cassettes
