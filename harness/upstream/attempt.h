// How a line gets its connection: one of the host's addresses after another, each with its share of
// the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/seam/clock.h"
#include "harness/upstream/client.h"
#include "harness/upstream/host.h"

namespace dynadeck {

struct UpstreamLine;  // harness/upstream/line.h

// Part of a line, and under its mutex like the rest; for the client's thread.
class UpstreamAttempt {
 public:
  enum class Progress : std::uint8_t { kUnderWay, kConnected, kFailed };

  // host: has addresses. All may ask more addresses than one.
  Progress begin(UpstreamLine& line, const UpstreamHost& host, Clock::MonotonicTime now);
  // The socket is ready for more.
  Progress go_on(UpstreamLine& line, const UpstreamHost& host);
  Progress tick(UpstreamLine& line, const UpstreamHost& host, Clock::MonotonicTime now);

  Clock::MonotonicTime began() const { return began_; }
  std::size_t address() const { return address_; }
  // Once it has failed.
  UpstreamFailure failure() const { return {kind_, problem_, true}; }

 private:
  bool begin_any(UpstreamLine& line, const UpstreamHost& host);
  bool begin_next(UpstreamLine& line, const UpstreamHost& host);

  Clock::MonotonicTime began_;
  Clock::MonotonicTime ends_;
  std::size_t address_ = 0;  // which one
  std::size_t tried_ = 1;    // this one included
  UpstreamFailure::Kind kind_ = UpstreamFailure::Kind::kUnreachable;
  std::string problem_;  // with the address that was tried last
};

}  // namespace dynadeck
