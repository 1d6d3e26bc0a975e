// Records exchanges as they happen.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cassettes/options.h"
#include "cassettes/redaction/redactor.h"
#include "cassettes/streams/line.h"
#include "cassettes/tape/header.h"
#include "cassettes/tape/recorder.h"
#include "cassettes/tape/stats.h"
#include "harness/seam/clock.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"

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
  Ticket begin(const Request& request);
  // waited: how long faults held the request back before the operation.
  void finish(const Ticket& ticket, const Request& request, std::string_view section,
              const Response& response, std::chrono::nanoseconds waited);

  // Tapes what happened in a stream, where the options ask for it; its offset is now.
  void add_stream_line(StreamLine line);
  bool wants_streams() const { return wants_streams_; }

  // Notes that a section begins, and flushes.
  Outcome<Done, std::string> mark(std::string_view section);
  Outcome<Done, std::string> flush() { return tape_.flush(); }
  Outcome<Done, std::string> close() { return tape_.close(); }
  std::string error() const { return tape_.error(); }

 private:
  Recorder(TapeWriter writer, Redactor redactor, bool wants_streams, std::uint64_t seed,
           const Clock& clock, Stats& stats);

  const std::uint64_t seed_;
  const Clock& clock_;
  const Clock::MonotonicTime start_;
  std::atomic<std::uint64_t> arrivals_;
  const Redactor redactor_;
  const bool wants_streams_;
  TapeRecorder tape_;
};

}  // namespace dynadeck::cassettes
