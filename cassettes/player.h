// Answers requests from a tape.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cassettes/options.h"
#include "cassettes/replay/claims.h"
#include "cassettes/replay/pace.h"
#include "cassettes/replay/played_tape.h"
#include "cassettes/replay/refusals.h"
#include "cassettes/replay/report.h"
#include "cassettes/replay/rules.h"
#include "cassettes/replay/stream_player.h"
#include "cassettes/tape/index.h"
#include "cassettes/tape/reader.h"
#include "cassettes/tape/stats.h"
#include "harness/seam/clock.h"
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

  // The error for a request that has no answer, and says why. Counts it as unmatched and keeps it
  // for the report.
  Response refuse(const Request& request, std::string_view section);

  // The section will be played from its start. False if the tape has no such section: one that was
  // marked and in which nothing was asked is there.
  bool restart(std::string_view section);

  ReplayReport report();

  const TapeHeader& header() const { return tape_.header(); }

 private:
  Player(TapeReader reader, TapeIndex index, const CassetteOptions& options, ReplayRules rules,
         const Clock& clock, Stats& stats);

  std::optional<Response> play_stream(const Request& request, std::uint32_t section);
  void count_played();

  const CassetteOptions options_;
  Stats& stats_;
  PlayedTape tape_;  // what follows borrows it
  const ReplayRules rules_;
  const Pace pace_;
  Claims claims_;
  StreamPlayer streams_;
  Refusals refusals_;

  std::atomic<std::uint64_t> played_{0};
  std::atomic<std::uint64_t> built_{0};
};

}  // namespace dynadeck::cassettes
