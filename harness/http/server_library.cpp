#include "harness/http/server_library.h"

#include <fcntl.h>
#include <httplib.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace dynadeck {
namespace {

// Gives cpp-httplib the head of a request and swallows what it would answer: answers are written
// by the server, which has to be able to delay, cut and repeat them.
//
// cpp-httplib sees the request line only. It percent-decodes header values, which no signature
// survives, and acts on Range and Expect by itself; header lines stay as RequestFraming found them.
class HeadStream final : public httplib::Stream {
 public:
  explicit HeadStream(std::string_view request_line) : line_(request_line) {}

  bool is_readable() const override { return position_ < line_.size() + kHeadEnd.size(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* data, std::size_t size) override {
    const std::string_view rest = position_ < line_.size()
                                      ? line_.substr(position_)
                                      : kHeadEnd.substr(position_ - line_.size());
    const std::size_t count = std::min(size, rest.size());
    std::memcpy(data, rest.data(), count);
    position_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* data, std::size_t size) override {
    if (answer_.empty()) answer_.assign(data, std::min<std::size_t>(size, kStatusLineBytes));
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return -1; }

  // The status that cpp-httplib would have answered.
  int status() const {
    constexpr std::size_t kStatusAt = 9;  // behind "HTTP/1.1 "
    int status = 400;
    if (answer_.size() >= kStatusLineBytes) {
      std::from_chars(answer_.data() + kStatusAt, answer_.data() + kStatusLineBytes, status);
    }
    return status;
  }

 private:
  static constexpr std::string_view kHeadEnd = "\r\n\r\n";
  static constexpr std::size_t kStatusLineBytes = 12;  // "HTTP/1.1 400": needs no allocation

  std::string_view line_;
  std::size_t position_ = 0;
  std::string answer_;
};

}  // namespace

class HttpLibrary::Server final : public httplib::Server {
 public:
  Server() {
    // Its own choice, SO_REUSEPORT, would let a second server share the port in silence.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    set_tcp_nodelay(true);
    // Routing is ours: its own matches every path against regular expressions.
    set_pre_routing_handler([](const httplib::Request&, httplib::Response&) {
      return httplib::Server::HandlerResponse::Handled;
    });
  }

  int take_socket() { return svr_sock_.exchange(INVALID_SOCKET); }

  int parse(HeadStream& stream, HttpRequest& request) {
    bool parsed = false;
    bool connection_closed = false;
    process_request(stream, false, connection_closed, [&](httplib::Request& head) {
      request.method = std::move(head.method);
      request.target = std::move(head.target);
      request.path = std::move(head.path);
      request.query = std::move(head.params);
      parsed = true;
    });
    return parsed ? 0 : stream.status();
  }
};

HttpLibrary::HttpLibrary() : server_(std::make_unique<Server>()) {}
HttpLibrary::~HttpLibrary() = default;

Outcome<int, std::string> HttpLibrary::listen_on(const std::string& host, std::uint16_t port,
                                                 int backlog) {
  errno = 0;
  if (!server_->bind_to_port(host, port)) {
    const int reason = errno;
    const std::string name = "port " + std::to_string(port);
    switch (reason) {
      case EADDRINUSE:
        return name + " is taken on " + host +
               ": choose another with --port, or 0 for any free one";
      case EACCES:
        return name + " needs privileges: choose one above 1023 with --port";
      case EADDRNOTAVAIL:
        return "cannot listen on " + host + ": it is no address of this machine";
      default:
        return "cannot listen on " + name + " of " + host + ": is that a name or an address?";
    }
  }
  const int socket = server_->take_socket();
  fcntl(socket, F_SETFL, O_NONBLOCK);
  ::listen(socket, backlog);  // cpp-httplib's own backlog holds five
  return socket;
}

int HttpLibrary::parse(const RequestFraming& framing, HttpRequest& request) const {
  // What nearly every SDK sends; there is nothing to parse, and cpp-httplib takes 2 microseconds.
  if (framing.request_line() == "POST / HTTP/1.1") {
    request.method = "POST";
    request.target = request.path = "/";
    return 0;
  }
  HeadStream stream(framing.request_line());
  return server_->parse(stream, request);
}

}  // namespace dynadeck
