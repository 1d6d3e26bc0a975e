#include "harness/upstream/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace dynadeck {
namespace {

std::string describe(int error) { return std::generic_category().message(error); }

bool would_wait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Outcome<std::unique_ptr<UpstreamConnection>, std::string> UpstreamConnection::begin(
    const SocketAddress& address, std::string host, std::shared_ptr<const UpstreamTls> tls) {
  const int descriptor =
      socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return describe(errno);
  std::unique_ptr<UpstreamConnection> connection(
      new UpstreamConnection(descriptor, std::move(host), std::move(tls)));
  // A request leaves in one write; waiting for more to send with it only costs time.
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  const auto* const where = reinterpret_cast<const sockaddr*>(&address.storage);
  if (connect(descriptor, where, address.length) != 0 && errno != EINPROGRESS) {
    return describe(errno);
  }
  return connection;
}

UpstreamConnection::UpstreamConnection(int descriptor, std::string host,
                                       std::shared_ptr<const UpstreamTls> tls)
    : descriptor_(descriptor), host_(std::move(host)), tls_(std::move(tls)) {}

UpstreamConnection::~UpstreamConnection() {
  if (session_ != nullptr) {
    // Says goodbye where that needs no waiting; nobody listens for the answer.
    if (SSL_is_init_finished(session_) == 1) SSL_shutdown(session_);
    SSL_free(session_);
    ERR_clear_error();
  }
  close(descriptor_);
}

UpstreamConnection::Step UpstreamConnection::failed(std::string problem) {
  problem_ = std::move(problem);
  return Step::kFailed;
}

UpstreamConnection::Step UpstreamConnection::establish() {
  if (!connected_) {
    const Step step = finish_connect();
    if (step != Step::kDone) return step;
  }
  return tls_ == nullptr ? Step::kDone : shake_hands();
}

UpstreamConnection::Step UpstreamConnection::finish_connect() {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return failed(describe(error));
  sockaddr_storage peer;
  length = sizeof peer;
  if (getpeername(descriptor_, reinterpret_cast<sockaddr*>(&peer), &length) != 0) {
    return errno == ENOTCONN ? Step::kWantsWrite : failed(describe(errno));
  }
  connected_ = true;
  return Step::kDone;
}

UpstreamConnection::Step UpstreamConnection::shake_hands() {
  if (session_ == nullptr) session_ = tls_->session(descriptor_, host_);
  if (session_ == nullptr) return failed("TLS cannot be set up for this host");
  ERR_clear_error();
  const int result = SSL_do_handshake(session_);
  if (result == 1) return Step::kDone;
  const int reason = SSL_get_error(session_, result);
  if (reason == SSL_ERROR_WANT_READ) return Step::kWantsRead;
  if (reason == SSL_ERROR_WANT_WRITE) return Step::kWantsWrite;
  return failed(tls_problem(session_));
}

UpstreamConnection::Step UpstreamConnection::tls_step(int result) {
  const int system_error = errno;
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ:
      return Step::kWantsRead;
    case SSL_ERROR_WANT_WRITE:
      return Step::kWantsWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Step::kEnded;
    case SSL_ERROR_SYSCALL:
      return failed(system_error == 0 ? "the connection ended without TLS's goodbye"
                                      : describe(system_error));
    default:
      return failed(tls_problem(session_));
  }
}

UpstreamConnection::Step UpstreamConnection::read(std::span<char> into, std::size_t& moved) {
  moved = 0;
  if (session_ != nullptr) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_read_ex(session_, into.data(), into.size(), &moved);
    return result == 1 ? Step::kDone : tls_step(result);
  }
  const ssize_t count = recv(descriptor_, into.data(), into.size(), 0);
  if (count > 0) {
    moved = static_cast<std::size_t>(count);
    return Step::kDone;
  }
  if (count == 0) return Step::kEnded;
  return would_wait(errno) ? Step::kWantsRead : failed(describe(errno));
}

UpstreamConnection::Step UpstreamConnection::write(std::string_view bytes, std::size_t& moved) {
  moved = 0;
  if (session_ != nullptr) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_write_ex(session_, bytes.data(), bytes.size(), &moved);
    return result == 1 ? Step::kDone : tls_step(result);
  }
  const ssize_t count = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) {
    moved = static_cast<std::size_t>(count);
    return Step::kDone;
  }
  return would_wait(errno) ? Step::kWantsWrite : failed(describe(errno));
}

}  // namespace dynadeck
