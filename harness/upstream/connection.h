// One connection to an upstream: a socket that never waits, with or without TLS.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/seam/result.h"
#include "harness/upstream/target.h"
#include "harness/upstream/tls.h"

namespace dynadeck {

struct SocketAddress {
  sockaddr_storage storage;
  socklen_t length;
};

// One thread at a time: the mutex of its line guards it.
class UpstreamConnection {
 public:
  enum class Step : std::uint8_t {
    kDone,
    kWantsRead,   // again when the socket can be read
    kWantsWrite,  // again when it can be written
    kEnded,       // the upstream closed it in order
    kFailed,      // problem() says why
  };

  // Begins to connect. tls: null for plain TCP.
  static Outcome<std::unique_ptr<UpstreamConnection>, std::string> begin(
      const SocketAddress& address, std::string host, std::shared_ptr<const UpstreamTls> tls);
  ~UpstreamConnection();
  UpstreamConnection(const UpstreamConnection&) = delete;
  UpstreamConnection& operator=(const UpstreamConnection&) = delete;

  int descriptor() const { return descriptor_; }

  // Goes on connecting and shaking hands; kDone when bytes may flow.
  Step establish();
  // Whether establish() got as far as TLS: what fails from there on is a matter of certificates.
  bool connected() const { return connected_; }

  // At most one piece each; `moved` is how many bytes.
  Step read(std::span<char> into, std::size_t& moved);
  Step write(std::string_view bytes, std::size_t& moved);

  const std::string& problem() const { return problem_; }

 private:
  UpstreamConnection(int descriptor, std::string host, std::shared_ptr<const UpstreamTls> tls);
  Step failed(std::string problem);
  Step finish_connect();
  Step shake_hands();
  Step tls_step(int result);

  const int descriptor_;
  const std::string host_;
  const std::shared_ptr<const UpstreamTls> tls_;
  ssl_st* session_ = nullptr;
  bool connected_ = false;
  std::string problem_;
};

}  // namespace dynadeck
