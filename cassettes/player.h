// Answers requests from a tape.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cassettes/matching/bindings.h"
#include "cassettes/matching/lanes.h"
#include "cassettes/matching/matcher.h"
#include "cassettes/matching/renamed_index.h"
#include "cassettes/matching/rules.h"
#include "cassettes/options.h"
#include "cassettes/redaction/redactor.h"
#include "cassettes/report.h"
#include "cassettes/streams/replay.h"
#include "cassettes/streams/tape.h"
#include "cassettes/tape/frame_cache.h"
#include "cassettes/tape/index.h"
#include "cassettes/tape/stats.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// Synchronized. Its memory is the index and a bounded number of frames.
class Player {
 public:
  // Fails in one line where the tape cannot be read or is damaged; with `lock` also where somebody
  // is recording it, and keeps others from doing so.
  static Outcome<std::unique_ptr<Player>, std::string> open(const CassetteOptions& options,
                                                            const Clock& clock, Stats& stats,
                                                            bool lock);

  // The recorded answer, or nothing where the tape has none. section: empty for any.
  std::optional<Response> play(const Request& request, std::string_view section);

  // The error for a request that has no answer: names the tape, the request, the nearest recorded
  // exchange, what differs, and what would accept it. Counts it as unmatched and keeps it for the
  // report.
  Response refuse(const Request& request, std::string_view section);

  // The section will be played from its start. False if the tape has no such section: one that was
  // marked and in which nothing was asked is there.
  bool restart(std::string_view section);

  ReplayReport report();

  const TapeHeader& header() const { return cache_.reader().header(); }

 private:
  Player(TapeReader reader, TapeIndex index, const CassetteOptions& options, MatchRules rules,
         Redactor redactor, const Clock& clock, Stats& stats);

  std::optional<std::uint32_t> section_number(std::string_view name) const;
  // A request as it would stand on the tape, and what is needed to find it there.
  struct Prepared {
    std::string redacted;   // empty where nothing is redacted
    std::string_view body;  // the request's own, or the redacted one
    Redactor::Found found;
    Renamed renamed;
    // What was renamed, by the values on the tape; once it is claimed, and where one stands for
    // one.
    Bindings::Values stands_for;
    Bindings::Owned before;  // what it replaced, where the answer shows that
    std::uint64_t hash = 0;
    const RequestScan* scan = nullptr;  // of this thread; good until it prepares the next one
  };
  Prepared prepare(const Request& request) const;
  std::optional<std::uint32_t> claim(const Request& request, std::uint32_t section,
                                     Prepared& prepared);
  // The one whose renamed values are those that the asked ones stand for; else new ones may take
  // over, and at last any will do. The caller has the lock, as for the next ones.
  std::optional<std::uint32_t> claim_renamed(Matcher::Asked asked, const Renamed& renamed);
  // Knows the tables of the request by the names that it has for them.
  const KeySchemas& keys_of_tables(const Prepared& prepared);
  // A request as it may stand on the tape where values that are known stand in places that no rule
  // names.
  struct Reading {
    std::uint64_t hash;
    Renamed renamed;
    bool sure;  // an item is known to be read so
  };
  // The most likely first; empty where there is no such value.
  std::vector<Reading> readings(const Request& request, const Prepared& prepared) const;
  void bind(const Renamed& asked, std::uint32_t ordinal, Prepared& prepared);
  // Answers a request of the Streams API: as it is taped where that says what can be said now, else
  // from the records.
  std::optional<Response> play_stream(const Request& request, std::uint32_t section);
  std::optional<Interaction> claim_poll(const StreamReplay::Asked& asked, std::uint32_t section,
                                        Prepared& prepared);
  std::optional<Response> put_together(const BuiltAnswer& answer);
  // What the tape knows of streams, read when first needed; null where it cannot be read.
  StreamReplay* streams();
  bool is_poll(std::uint32_t ordinal);
  // What a report has to know of streams; null where nothing depends on it.
  const StreamTape* told_streams();

  Renamed renamed_of(const Interaction& interaction) const;
  Response to_response(Interaction interaction) const;
  void hold_back(Response& response, std::chrono::nanoseconds waited,
                 std::chrono::microseconds duration) const;
  // taped: the request on the tape that has this answer.
  void put_live_values(Response& response, const Request& request, const Prepared& prepared,
                       const std::function<std::string()>& taped);
  UnmatchedRequest explain(const Request& request, std::string_view section);
  std::optional<Interaction> find_nearest(const Request& request, std::string_view section,
                                          std::vector<std::string>& differences);
  std::vector<std::uint32_t> candidates(std::uint32_t section);
  std::string list_sections() const;
  bool was_marked(std::string_view section);
  std::string reason_for_same(const Request& request, std::string_view section,
                              std::optional<Interaction>& nearest);
  std::optional<Interaction> read(std::uint32_t ordinal);

  const CassetteOptions options_;
  Stats& stats_;
  const TapeIndex index_;
  FrameCache cache_;
  const MatchRules rules_;
  const std::vector<Pattern> patterns_;
  const std::vector<Pattern> patterns_and_pseudonyms_;
  const Redactor redactor_;
  std::unordered_map<std::string, std::uint32_t> section_numbers_;

  const Clock& clock_;
  bool has_other_lines_ = false;  // beside exchanges, and the header

  std::atomic<std::uint64_t> played_{0};
  std::atomic<std::uint64_t> built_{0};

  std::once_flag marks_once_;  // for the next one
  std::unordered_set<std::string> marks_;

  std::once_flag streams_once_;  // for the next three
  std::atomic<bool> streams_read_{false};
  std::optional<StreamTape> stream_tape_;
  std::unique_ptr<StreamReplay> stream_replay_;  // its calls are guarded by mutex_
  std::string streams_error_;

  std::mutex mutex_;      // guards what follows
  KeySchemas live_keys_;  // those of the tape, and of tables that have another name in the replay
  Matcher matcher_;
  Bindings bindings_;
  RenamedIndex renamed_index_;
  std::unordered_map<std::uint32_t, bool> polls_;  // found to be, or not to be
  std::uint64_t unmatched_ = 0;
  std::vector<UnmatchedRequest> unmatched_requests_;
};

}  // namespace dynadeck::cassettes
