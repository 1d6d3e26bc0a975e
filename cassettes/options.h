// How a tape is recorded and replayed: what the command line and the admin API can say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// What happens to a request while a tape is in.
enum class Mode : std::uint8_t {
  kAll,          // everything goes on and is recorded; the tape is new
  kOnce,         // recorded if there is no such tape yet, else as kNone
  kNone,         // everything is answered from the tape
  kNewEpisodes,  // what is on the tape is answered from it, the rest goes on and is added
};

// Which recorded exchange may answer next.
enum class Order : std::uint8_t {
  kStrict,  // the next one of the section; those that overlapped when recorded, in any order
  kItem,    // any whose item has seen the writes that came before it on the tape
  kFree,    // any
};

// What happens when every exchange that matches has been played.
enum class Repeat : std::uint8_t {
  kOnce,   // the request is unmatched
  kLast,   // the last answer again
  kCycle,  // from the first again
};

// Which stream records a consumer may read while a tape is played.
enum class Streams : std::uint8_t {
  kOrdered,  // a shard's records up to the first whose exchange has not been played
  kPlayed,   // those whose exchanges have been played, whatever is before them in the shard
  kAll,      // all of them, from the start
  kTaped,    // those in the taped answers, to requests as they were taped
};

enum class Unmatched : std::uint8_t {
  kError,        // answered with an error that says what is nearest
  kPassthrough,  // goes on, is not recorded
  kRecord,       // goes on, is added to the tape
};

// One rule of what may differ between a request and its recording. Empty conditions match all.
struct MatchRule {
  std::string operation;  // "PutItem", or a glob
  std::string table;      // a glob
  std::string ignore;     // a path ("$.Item.createdAt", "$..ttl"): not compared at all
  std::string normalise;  // a path, or a pattern's name: compared up to a consistent renaming
  std::string only;       // a path: with one or more of these, nothing else is compared
};

// One rule of what is replaced by a pseudonym before it is written. Exactly one is set.
struct RedactionRule {
  std::string path;       // "$.Item.email", "$..password"
  std::string attribute;  // name of an attribute, at any depth
  std::string pattern;    // POSIX extended regular expression, or a name (uuid, email, ...)

  friend bool operator==(const RedactionRule&, const RedactionRule&) = default;
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
