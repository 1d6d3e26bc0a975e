// What one of the server's threads does: it takes a connection as far as it goes without waiting.
// It reads, has requests answered, sends, and leaves the connection in the phase that it is in
// then.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "harness/http/connection.h"
#include "harness/http/dispatch.h"
#include "harness/http/framing.h"
#include "harness/http/open_connections.h"
#include "harness/http/response.h"
#include "harness/http/sender.h"
#include "harness/http/server.h"
#include "harness/http/server_library.h"
#include "harness/seam/clock.h"

namespace dynadeck {

// One thread at a time.
class HttpWorker {
 public:
  // What all workers of a server share; it outlives them.
  struct Shared {
    const HttpOptions& options;
    const Clock& clock;
    HttpStats& stats;
    HttpDispatch& dispatch;
    HttpLibrary& library;
    OpenConnections& connections;
    const AnswerSender& sender;
    // Hands a connection that the caller owns to whichever worker is free.
    std::function<void(Connection::Token)> enqueue;
    // What whoever fetches a response calls once it is there: from any thread, also too late.
    std::function<std::function<void()>(Connection::Token)> waker;
  };

  explicit HttpWorker(const Shared& shared);

  // Goes on with a connection to which something has happened, or leaves that to its owner.
  void run(Connection::Token token, std::uint32_t events);
  // The same, for one that is ours already.
  void go_on(Connection& connection);

 private:
  enum class Read : std::uint8_t { kBytes, kNothing, kClosed };

  // False: the connection is gone, or another worker's.
  bool advance(Connection& connection, std::uint32_t events);
  bool advance_on_timer(Connection& connection);
  bool resume(Connection& connection);
  bool defer(Connection& connection, Response::Deferred deferred);
  bool serve(Connection& connection);
  Read read_more(Connection& connection, std::string_view& input);
  bool park(Connection& connection, RequestFraming& framing);
  bool answer(Connection& connection, RequestFraming& framing);
  bool refuse(Connection& connection, RequestFraming& framing);
  bool settle(Connection& connection, Exchange& exchange, Response response);
  bool discard_input(Connection& connection);
  const std::string& date();

  const Shared& shared_;
  RequestFraming framing_;  // of requests that come in one piece
  std::unique_ptr<Exchange> exchange_;
  std::string buffer_;
  std::chrono::sys_seconds date_second_;
  std::string date_;
};

}  // namespace dynadeck
