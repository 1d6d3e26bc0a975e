#include "cassettes/tools/http_client.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr int kTimeoutSeconds = 60;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return text;
}

// The value of a header in a head that is in lower case; empty without.
std::string header_value(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ":");
  if (at == std::string::npos) return {};
  const std::size_t start = head.find_first_not_of(' ', at + name.size() + 3);
  return head.substr(start, head.find("\r\n", start) - start);
}

bool parse_number(const std::string& text, int base, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc{} && end != text.data() && number <= kMostBytes;
}

}  // namespace

HttpClient::HttpClient(std::string host, std::string port, std::string path)
    : host_(std::move(host)), port_(std::move(port)), path_(std::move(path)) {}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : host_(std::move(other.host_)),
      port_(std::move(other.port_)),
      path_(std::move(other.path_)),
      socket_(std::exchange(other.socket_, -1)),
      received_(std::move(other.received_)) {}

HttpClient::~HttpClient() { close(); }

void HttpClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  received_.clear();
}

Outcome<HttpClient, std::string> HttpClient::open(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return url + ": is no http:// URL";
  const std::string rest = url.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  const std::string authority = rest.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  std::string host = has_port ? authority.substr(0, colon) : authority;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  HttpClient client(host, has_port ? authority.substr(colon + 1) : "80",
                    slash == std::string::npos ? "/" : rest.substr(slash));
  if (auto done = client.connect(); !done) return done.error();
  return client;
}

Outcome<Done, std::string> HttpClient::connect() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found) != 0) {
    return host_ + ": is no host that is known";
  }
  for (const addrinfo* address = found; address != nullptr && socket_ < 0;
       address = address->ai_next) {
    socket_ =
        ::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (socket_ >= 0 && ::connect(socket_, address->ai_addr, address->ai_addrlen) != 0) close();
  }
  freeaddrinfo(found);
  if (socket_ < 0) return host_ + ":" + port_ + ": cannot be reached";
  const int on = 1;
  const timeval timeout{kTimeoutSeconds, 0};
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  return Done{};
}

bool HttpClient::send_all(const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

bool HttpClient::fill() {
  char buffer[16384];
  const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
  if (count <= 0 || received_.size() > kMostBytes) return false;
  received_.append(buffer, static_cast<std::size_t>(count));
  return true;
}

Outcome<HttpAnswer, std::string> HttpClient::post(const Headers& headers, const std::string& body) {
  std::string request = "POST " + path_ + " HTTP/1.1\r\nHost: " + host_ + ":" + port_ + "\r\n";
  for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  // A connection that was kept may have been closed by the other side: then once more.
  const bool kept = socket_ >= 0;
  if (!kept) {
    if (auto done = connect(); !done) return done.error();
  }
  if (!send_all(request) || (received_.empty() && !fill())) {
    close();
    if (auto done = connect(); !done) return done.error();
    if (!send_all(request)) return host_ + ":" + port_ + ": closes the connection";
  }
  auto answer = receive();
  if (!answer) close();
  return answer;
}

Outcome<HttpAnswer, std::string> HttpClient::receive() {
  const std::string cut = host_ + ":" + port_ + ": sends no whole answer";
  std::size_t head_end = 0;
  while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return cut;
  }
  const std::string head = lower(received_.substr(0, head_end + 2));
  received_.erase(0, head_end + 4);
  HttpAnswer answer;
  std::size_t status = 0;
  if (!head.starts_with("http/1.") || head.size() < 12 ||
      !parse_number(head.substr(9, 3), 10, status)) {
    return cut;
  }
  answer.status = static_cast<int>(status);
  std::size_t length = 0;
  if (header_value(head, "transfer-encoding").find("chunked") != std::string::npos) {
    for (;;) {
      std::size_t line_end = 0;
      while ((line_end = received_.find("\r\n")) == std::string::npos) {
        if (!fill()) return cut;
      }
      if (!parse_number(received_.substr(0, line_end), 16, length)) return cut;
      while (received_.size() < line_end + 2 + length + 2) {
        if (!fill()) return cut;
      }
      answer.body += received_.substr(line_end + 2, length);
      received_.erase(0, line_end + 2 + length + 2);
      if (length == 0) break;
      if (answer.body.size() > kMostBytes) return cut;
    }
  } else if (parse_number(header_value(head, "content-length"), 10, length)) {
    while (received_.size() < length) {
      if (!fill()) return cut;
    }
    answer.body = received_.substr(0, length);
    received_.erase(0, length);
  } else {
    while (fill()) {
    }
    answer.body.swap(received_);
    close();
    return answer;
  }
  if (header_value(head, "connection").find("close") != std::string::npos) close();
  return answer;
}

}  // namespace dynadeck::cassettes
