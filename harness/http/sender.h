// Sends answers as their Delivery has it: at once, late, in pieces, cut off, and then goes on,
// closes, resets or hangs. Nothing here waits: what cannot be sent now leaves the connection in a
// phase.
#pragma once

#include <chrono>

#include "harness/http/connection.h"
#include "harness/http/open_connections.h"
#include "harness/http/response.h"
#include "harness/http/server.h"

namespace dynadeck {

// Immutable. Threads: the connection's owner. All that return bool say whether it is still open.
class AnswerSender {
 public:
  // Both are borrowed. write_deadline: for a client that takes nothing.
  AnswerSender(OpenConnections& connections, HttpStats& stats,
               std::chrono::nanoseconds write_deadline)
      : connections_(connections), stats_(stats), write_deadline_(write_deadline) {}

  bool begin(Connection& connection, Outgoing outgoing) const;
  // The delay is over, or the client has taken something.
  bool go_on(Connection& connection) const;
  // The time between two pieces of a trickle is over.
  bool next_piece(Connection& connection) const;

 private:
  enum class Sent : std::uint8_t { kAll, kBlocked, kFailed };

  Sent send_allowed(Connection& connection, Outgoing& outgoing) const;
  bool wait_for_output(Connection& connection) const;
  bool finish(Connection& connection, const Outgoing& outgoing) const;
  bool linger(Connection& connection) const;

  OpenConnections& connections_;
  HttpStats& stats_;
  const std::chrono::nanoseconds write_deadline_;
};

}  // namespace dynadeck
