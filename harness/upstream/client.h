// An HTTP client for many requests at once: one thread, a bounded pool of keep-alive connections
// per host, every wait bounded by a timeout.
//
// It is not cpp-httplib's client: that one holds a thread for as long as an answer takes and keeps
// one connection per object; docs/upstream.md has the figures.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "harness/seam/clock.h"
#include "harness/seam/result.h"
#include "harness/upstream/reply.h"
#include "harness/upstream/stats.h"
#include "harness/upstream/target.h"
#include "harness/upstream/tls.h"

namespace dynadeck {

class SocketWatch;  // harness/sockets/socket_watch.h

// Zero is no time at all, not none needed.
struct UpstreamTimeouts {
  std::chrono::milliseconds connect{3'000};    // finding the address, TCP and TLS together
  std::chrono::milliseconds response{30'000};  // without a single byte moving
  std::chrono::milliseconds total{60'000};     // from the first to the last, waiting included
  std::chrono::milliseconds idle{20'000};      // after which an unused connection is closed
};

// Why there is no reply.
struct UpstreamFailure {
  enum class Kind : std::uint8_t {
    kUnreachable,  // there was no connection
    kTls,          // there was one, to somebody who is not the upstream
    kTimeout,
    kBroken,  // the connection ended too early
    kBadReply,
    kStopped,  // dynadeck is going down
  };
  Kind kind;
  std::string reason;  // half a sentence for a person: "connection refused"
  bool never_left;     // no byte of the request was sent: it cannot have been carried out
};

// Synchronized.
class UpstreamClient {
 public:
  using Result = Outcome<UpstreamReply, UpstreamFailure>;
  // Called once per request, on the client's own thread or one of read_at(); it must not wait.
  using Done = std::function<void(Result)>;

  struct Options {
    UpstreamTimeouts timeouts;
    std::size_t max_connections = 64;  // per host
    // How often a request that never left is tried again, with pauses from 50 ms doubling to 1 s.
    unsigned retries = 0;
    ReplyParser::Limits limits;
    std::shared_ptr<const UpstreamTls> tls;  // needed for endpoints with TLS
  };

  // Both are borrowed and outlive the client.
  UpstreamClient(Options options, const Clock& clock, UpstreamStats& stats);
  // Ends what is under way: its Done hears kStopped.
  ~UpstreamClient();
  UpstreamClient(const UpstreamClient&) = delete;
  UpstreamClient& operator=(const UpstreamClient&) = delete;

  // Answers over plain TCP are read by the threads that wait at `watch`, and Done is called there:
  // for connections that are opened from now on. Those threads have ended before the client does.
  void read_at(std::shared_ptr<SocketWatch> watch);

  // request: head and body, as they are to be sent.
  void send(UpstreamEndpoint endpoint, std::string request, Done done);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace dynadeck
