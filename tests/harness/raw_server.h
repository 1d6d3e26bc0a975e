// An upstream that does exactly what a test wants: answer late, in pieces, wrongly or not at all.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace dynadeck::testing {

// One accepted connection. One thread: its own.
class RawConnection {
 public:
  explicit RawConnection(int fd) : fd_(fd) {}

  // The next request, head and body; empty where the client has gone.
  std::string receive();
  void send(std::string_view bytes);
  // "HTTP/1.1 200 OK", these header lines (each with its CRLF), Content-Length and the body.
  void answer(std::string_view body, std::string_view extra = {});
  // Ends with a reset instead of a goodbye.
  void reset();
  // Until the client closes, or the server is destroyed.
  void wait_for_end();

 private:
  const int fd_;
  std::string received_;
};

// Listens on 127.0.0.1 and runs `talk` for every connection on a thread of its own. Destruction
// shuts all connections down and waits for them.
class RawServer {
 public:
  using Talk = std::function<void(RawConnection&)>;

  explicit RawServer(Talk talk, std::uint16_t port = 0);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int accepted() const { return accepted_; }

 private:
  void accept_all();

  const Talk talk_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<int> open_;             // guarded by mutex_
  std::vector<std::thread> threads_;  // the accepting thread's, then the destructor's
  std::thread accepting_;
};

// Answers every request with its own body.
void echo(RawConnection& connection);

// A port on 127.0.0.1 where nobody listens.
std::uint16_t unused_port();

}  // namespace dynadeck::testing
