// The server's thread that accepts, watches the timers, and ends the server. It never runs a
// Service, so that delays and deadlines are kept even while every worker is busy.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "harness/http/connection.h"
#include "harness/http/open_connections.h"
#include "harness/http/server.h"
#include "harness/seam/clock.h"
#include "harness/sockets/bell.h"
#include "harness/sockets/unique_fd.h"

namespace dynadeck {

// Threads: wake() from any; the rest one after another.
class ConnectionKeeper {
 public:
  // Tells a connection that something has happened to it. It must not wait.
  using Post = std::function<void(Connection::Token token, std::uint32_t event)>;

  // All but post are borrowed.
  ConnectionKeeper(OpenConnections& connections, const HttpOptions& options, const HttpStats& stats,
                   const Clock& clock, Post post);

  // False where no further file can be opened.
  bool open() { return bell_.open(); }
  // Takes the listening socket, and begins.
  void start(int listener);
  // A timer is earlier than the others, the clock has moved, a connection is gone at the end.
  void wake() { bell_.ring(); }
  // Accepts nothing more, lets what is in flight finish for at most `drain`, closes the rest.
  // Whether everything finished.
  bool stop(std::chrono::milliseconds drain);

 private:
  void keep();
  std::chrono::nanoseconds patience() const;
  void accept_all();
  bool drain_step();

  OpenConnections& connections_;
  const HttpOptions& options_;
  const HttpStats& stats_;
  const Clock& clock_;
  const Post post_;
  Bell bell_;
  std::thread thread_;

  // The thread's, but before it begins and after its end.
  UniqueFd listener_;
  std::chrono::steady_clock::time_point accept_again_;
  std::chrono::steady_clock::time_point drain_until_;  // written before draining begins
  bool drain_posted_ = false;
  bool abort_posted_ = false;
};

}  // namespace dynadeck
