#include "tests/harness/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <charconv>
#include <thread>

namespace dynadeck::testing {
namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

HttpClient::HttpClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ending_ = Ending::kReset;
  }
}

HttpClient::~HttpClient() { close(); }

void HttpClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;  // the server has had enough; what it said is still to be read
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void HttpClient::shut_down_sending() { ::shutdown(fd_, SHUT_WR); }

bool HttpClient::fill(std::chrono::milliseconds patience) {
  if (ending_ != Ending::kOpen) return false;
  pollfd waiting{fd_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(patience.count())) != 1) return false;
  std::array<char, 65536> buffer;
  const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (count > 0) {
    received_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  ending_ = count == 0 ? Ending::kClosed : Ending::kReset;
  return false;
}

std::optional<HttpAnswer> HttpClient::receive(bool without_body) {
  std::size_t head_end = 0;
  while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(kPatience)) return std::nullopt;
  }
  HttpAnswer answer;
  std::string_view head = std::string_view(received_).substr(0, head_end + 2);
  const std::string_view status = head.substr(9, 3);
  std::from_chars(status.data(), status.data() + status.size(), answer.status);
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t colon = line.find(": ");
    answer.headers.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 2)));
    head.remove_prefix(line.size() + 2);
  }
  std::size_t length = 0;
  const std::string declared = answer.header("Content-Length");
  std::from_chars(declared.data(), declared.data() + declared.size(), length);
  if (without_body) length = 0;
  received_.erase(0, head_end + 4);
  while (received_.size() < length) {
    if (!fill(kPatience)) return std::nullopt;
  }
  answer.body = received_.substr(0, length);
  received_.erase(0, length);
  return answer;
}

HttpAnswer HttpClient::exchange(std::string_view bytes) {
  send(bytes);
  std::optional<HttpAnswer> answer = receive();
  REQUIRE(answer);
  return *answer;
}

std::string HttpClient::receive_all(std::chrono::milliseconds patience) {
  while (fill(patience)) {
  }
  return std::move(received_);
}

HttpClient::Ending HttpClient::ending(std::chrono::milliseconds patience) {
  while (ending_ == Ending::kOpen && fill(patience)) {
  }
  return ending_;
}

namespace {

HttpOptions on_any_port(HttpOptions options) {
  options.port = 0;
  return options;
}

}  // namespace

HttpOptions any_port() { return on_any_port({}); }

TestServer::TestServer(HttpOptions options)
    : server(on_any_port(std::move(options)), service, clock, random) {
  const auto started = server.start();
  REQUIRE(started.ok());
  port = *started;
}

std::string dynamodb_request(std::string_view operation, std::string_view body,
                             std::string_view extra) {
  std::string request = "POST / HTTP/1.1\r\nHost: localhost\r\n";
  request.append("X-Amz-Target: DynamoDB_20120810.").append(operation).append("\r\n");
  request.append("Content-Type: application/x-amz-json-1.0\r\n").append(kAuthorization);
  request.append(extra);
  request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
  return request.append(body);
}

bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace dynadeck::testing
