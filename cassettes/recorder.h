// Records exchanges as they happen.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cassettes/options.h"
#include "cassettes/stats.h"
#include "cassettes/tape_header.h"
#include "cassettes/tape_recorder.h"
#include "harness/clock.h"
#include "harness/result.h"
#include "harness/service.h"

namespace dynadeck::cassettes {

// Synchronized.
class Recorder {
 public:
  // header: what a new tape begins with. append: go on with the tape that is there. seed: of this
  // process's request ids. Borrows clock and stats.
  static Outcome<std::unique_ptr<Recorder>, std::string> open(const CassetteOptions& options,
                                                              TapeHeader header, bool append,
                                                              std::uint64_t seed,
                                                              const Clock& clock, Stats& stats);

  // What is kept of a request from its arrival to its answer.
  struct Ticket {
    std::uint64_t sequence;
    Clock::MonotonicTime arrival;
  };
  Ticket begin();
  // waited: how long faults held the request back before the operation.
  void finish(const Ticket& ticket, const Request& request, std::string_view section,
              const Response& response, std::chrono::nanoseconds waited);

  // Notes that a section begins, and flushes.
  Outcome<Done, std::string> mark(std::string_view section);
  Outcome<Done, std::string> flush() { return tape_.flush(); }
  Outcome<Done, std::string> close() { return tape_.close(); }
  std::string error() const { return tape_.error(); }

 private:
  Recorder(TapeWriter writer, RecorderOptions options, std::uint64_t seed, const Clock& clock,
           Stats& stats);

  const std::uint64_t seed_;
  const Clock& clock_;
  const Clock::MonotonicTime start_;
  std::atomic<std::uint64_t> arrivals_;
  TapeRecorder tape_;
};

}  // namespace dynadeck::cassettes
