// An open load: requests fall due at a constant rate, whatever became of those before, and their
// time counts from when they were due. What a slow answer makes others wait is in the figures,
// which a client that asks anew only after its answer leaves out (coordinated omission).
//
// Usage: open_load PORT CONNECTIONS RATE_PER_SECOND SECONDS OPERATION BODIES_FILE; prints one line
// as post.lua does. One thread; keep the rate below what it can send itself (some 50,000 a second).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Time = std::chrono::steady_clock::time_point;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

// One connection with at most one request under way.
struct Connection {
  int socket = -1;
  std::optional<Time> due;  // of the request under way
  std::string received;
};

struct Tally {
  std::vector<std::uint32_t> microseconds;
  std::uint64_t bytes = 0;
  std::uint64_t refused = 0;  // answered with an error
  std::uint64_t broken = 0;   // not answered
};

std::vector<std::string> requests_of(const char* operation, const char* path) {
  std::vector<std::string> requests;
  std::ifstream file(path);
  for (std::string body; std::getline(file, body);) {
    requests.push_back(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.0\r\n"
        "X-Amz-Date: 20260101T000000Z\r\nX-Amz-Target: DynamoDB_20120810." +
        std::string(operation) +
        "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/dynamodb/"
        "aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=" +
        std::string(64, '0') + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body);
  }
  return requests;
}

int connect_to(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* const where = reinterpret_cast<const sockaddr*>(&address);
  return connect(descriptor, where, sizeof address) == 0 ? descriptor : -1;
}

// The length of the answer at the front of `bytes`; nothing while it is not known.
std::optional<std::size_t> answer_length(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  constexpr std::string_view kName = "\r\ncontent-length:";
  for (std::size_t at = 0; at + kName.size() <= end; ++at) {
    if (bytes[at] == '\r' && strncasecmp(bytes.data() + at, kName.data(), kName.size()) == 0) {
      return end + 4 + std::strtoul(bytes.data() + at + kName.size(), nullptr, 10);
    }
  }
  return end + 4;
}

// Reads what is there. False: the connection is of no use any more.
bool take_in(Connection& connection, Tally& tally) {
  static std::vector<char> buffer(std::size_t{256} * 1024);
  const ssize_t count = recv(connection.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count <= 0) return count < 0 && errno == EAGAIN;
  connection.received.append(buffer.data(), static_cast<std::size_t>(count));
  const std::optional<std::size_t> length = answer_length(connection.received);
  if (!length || connection.received.size() < *length || !connection.due) return true;
  const auto took =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - *connection.due);
  tally.microseconds.push_back(static_cast<std::uint32_t>(took.count()));
  tally.bytes += *length;
  tally.refused += connection.received.compare(9, 1, "2") != 0 ? 1 : 0;
  connection.received.clear();
  connection.due.reset();
  return true;
}

Tally drive(std::vector<Connection>& connections, const std::vector<std::string>& requests,
            double rate, double seconds) {
  Tally tally;
  tally.microseconds.reserve(static_cast<std::size_t>(rate * seconds) + 1);
  const auto total = static_cast<std::uint64_t>(rate * seconds);
  const Time start = std::chrono::steady_clock::now();
  const Time deadline =
      start + nanoseconds(static_cast<std::int64_t>((seconds + 10) * 1e9));  // for what is late
  std::vector<pollfd> waiting(connections.size());
  std::uint64_t sent = 0;
  std::size_t turn = 0;  // connections take turns, so that none of them is the only warm one
  while (tally.microseconds.size() + tally.broken < total) {
    const Time now = std::chrono::steady_clock::now();
    if (now > deadline) break;
    Time next = deadline;
    while (sent < total) {
      const Time due =
          start + nanoseconds(static_cast<std::int64_t>(static_cast<double>(sent) / rate * 1e9));
      if (due > now) {
        next = due;
        break;
      }
      std::size_t tried = 0;
      while (tried < connections.size() &&
             (connections[turn].due || connections[turn].socket < 0)) {
        turn = (turn + 1) % connections.size();
        ++tried;
      }
      if (tried == connections.size()) break;  // all are busy: it is late, and that counts
      Connection& connection = connections[turn];
      turn = (turn + 1) % connections.size();
      const std::string& request = requests[sent++ % requests.size()];
      connection.due = due;
      if (send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(request.size())) {
        ++tally.broken;
        connection.due.reset();
      }
    }
    for (std::size_t index = 0; index < connections.size(); ++index) {
      waiting[index] = {connections[index].socket, POLLIN, 0};
    }
    const nanoseconds patience = std::max(nanoseconds{0}, next - std::chrono::steady_clock::now());
    const timespec timeout{patience.count() / 1'000'000'000, patience.count() % 1'000'000'000};
    if (ppoll(waiting.data(), waiting.size(), &timeout, nullptr) <= 0) continue;
    for (std::size_t index = 0; index < connections.size(); ++index) {
      Connection& connection = connections[index];
      if (waiting[index].revents == 0 || take_in(connection, tally)) continue;
      tally.broken += connection.due ? 1 : 0;
      close(connection.socket);
      connection = {};
    }
  }
  tally.broken += total - std::min(total, tally.microseconds.size() + tally.broken);
  return tally;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  prctl(PR_SET_TIMERSLACK, 1);  // else every sleep is some 50 microseconds too long
  const std::vector<std::string> requests = requests_of(argv[5], argv[6]);
  std::vector<Connection> connections(std::strtoul(argv[2], nullptr, 10));
  for (Connection& connection : connections) {
    connection.socket = connect_to(std::atoi(argv[1]));
    if (connection.socket < 0) return 1;
  }
  const double seconds = std::atof(argv[4]);
  if (requests.empty() || connections.empty()) return 2;
  Tally tally = drive(connections, requests, std::atof(argv[3]), seconds);
  std::sort(tally.microseconds.begin(), tally.microseconds.end());
  const auto percentile = [&](std::size_t percent) {
    const auto& all = tally.microseconds;
    return all.empty() ? 0U : all[std::min(all.size() - 1, all.size() * percent / 100)];
  };
  std::printf(
      "BENCH {\"requests\":%zu,\"microseconds\":%.0f,\"bytes\":%lu,\"status\":%lu,\"socket\":%lu,"
      "\"p50\":%u,\"p99\":%u}\n",
      tally.microseconds.size(), seconds * 1e6, static_cast<unsigned long>(tally.bytes),
      static_cast<unsigned long>(tally.refused), static_cast<unsigned long>(tally.broken),
      percentile(50), percentile(99));
  return 0;
}
