// The program's front door: HTTP/1.x on TCP, DynamoDB's wire protocol on top of it. This room has
// all that lies between a client's socket and the first Service.
//
// An idle connection costs a table entry and no thread; a request reaches a worker when its last
// byte has come; a response leaves in one write, or as its Delivery says. docs/http.md explains.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/seam/admin.h"
#include "harness/seam/clock.h"
#include "harness/seam/random.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"

namespace dynadeck {

class SocketWatch;  // harness/sockets/socket_watch.h

// A key pair that requests may be signed with.
struct Credential {
  std::string access_key;
  std::string secret_key;
};

struct HttpOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;  // 0: any free one
  unsigned workers = 0;  // threads that call the Service; 0: the hardware's threads, at least 2
  std::size_t max_head_bytes = std::size_t{64} * 1024;
  std::size_t max_body_bytes = std::size_t{16} * 1024 * 1024;  // also after decompression
  std::chrono::milliseconds read_deadline{30'000};   // from a request's first byte to its last
  std::chrono::milliseconds write_deadline{30'000};  // without any progress
  // Smaller bodies are never compressed.
  std::size_t min_gzip_bytes = 1024;
  // Signatures are verified against these; empty: every access key is welcome, unverified.
  std::vector<Credential> credentials;
  // Told of every request that was answered with an error before it reached a Service or a handler.
  // Called from many threads at once.
  std::function<void(std::string_view error_code)> on_refused;
  // Asked for each connection as it is accepted, by one thread; one that it refuses is reset at
  // once. Empty: all are welcome.
  std::function<bool()> refuse_connection;
  // The date on the wire: the Date header, and what signatures are held against. Real time, not the
  // Clock's: clients sign with theirs, whatever day a test has moved DynamoDB to.
  std::function<Clock::WallTime()> wire_time;  // empty: the machine's
};

// Counted since the start. Synchronized.
struct HttpStats {
  std::atomic<std::uint64_t> accepted_connections{0};
  std::atomic<std::int64_t> open_connections{0};
  std::atomic<std::uint64_t> received_bytes{0};
  std::atomic<std::uint64_t> sent_bytes{0};
  std::atomic<std::uint64_t> requests{0};            // that were complete, refused ones included
  std::atomic<std::uint64_t> refused_requests{0};    // answered here, with an error
  std::atomic<std::uint64_t> missed_deadlines{0};    // connections closed for being too slow
  std::atomic<std::uint64_t> abandoned_requests{0};  // deferred, but the client left before
  std::atomic<std::uint64_t> exceptions{0};  // caught from a Service: always a mistake of ours
};

// Threads: construct, route() and start() from one thread, in this order; stop() from any thread
// but its own workers; the rest at any time.
class HttpServer {
 public:
  // All three are borrowed and outlive the server.
  HttpServer(HttpOptions options, Service& service, const Clock& clock, Random& random);
  ~HttpServer();  // stops at once
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Requests whose path is `prefix`, or goes on after it with '/', go to handler instead of the
  // Service. The longest prefix wins. A prefix that ends in '/' takes everything below it.
  void route(std::string prefix, AdminHandler handler);

  // Binds and begins to answer; the port. Or a sentence that says why not.
  Outcome<std::uint16_t, std::string> start();

  // The port that was bound; 0 before start().
  std::uint16_t port() const;

  // Accepts nothing more, lets what is in flight finish for at most `drain`, closes the rest.
  // Whether everything finished. A second call does nothing.
  bool stop(std::chrono::milliseconds drain = std::chrono::milliseconds{0});

  const HttpStats& stats() const;

  // Where the server's workers wait for other sockets beside their own: from start() to stop().
  const std::shared_ptr<SocketWatch>& socket_watch() const;

  // For tests whose Clock does not move on its own: timers look at it again.
  void clock_moved();

 private:
  class Reactor;
  std::unique_ptr<Reactor> reactor_;
};

}  // namespace dynadeck
