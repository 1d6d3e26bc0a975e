// A client that says exactly what a test wants to say, and a server to say it to.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "harness/http/server.h"
#include "harness/seam/clock.h"
#include "harness/seam/random.h"

namespace dynadeck::testing {

struct HttpAnswer {
  int status = 0;
  HeaderList headers;
  std::string body;

  std::string header(std::string_view name) const {
    return std::string(headers.find(name).value_or(""));
  }
};

// One connection. Every wait ends after ten seconds at the latest.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port);  // where nobody listens, it has ended already
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(std::string_view bytes);
  void shut_down_sending();
  // The next answer; nothing where the connection ends before it is whole.
  std::optional<HttpAnswer> receive(bool without_body = false);
  HttpAnswer exchange(std::string_view bytes);  // fails the test without an answer
  // Whatever comes until the connection ends or nothing comes for `patience`.
  std::string receive_all(std::chrono::milliseconds patience = std::chrono::seconds(10));
  // How the connection ended, if it did within ten seconds.
  enum class Ending { kOpen, kClosed, kReset };
  Ending ending(std::chrono::milliseconds patience = std::chrono::seconds(10));
  void close();

 private:
  bool fill(std::chrono::milliseconds patience);

  int fd_;
  std::string received_;
  Ending ending_ = Ending::kOpen;
};

// A Service made of a function that may be exchanged at any time; by default it says what it was
// asked. Synchronized. Its threads are the server's, where Catch's assertions must not be used.
class FakeService final : public Service {
 public:
  using Function = std::function<Response(const Request&)>;

  class Answer {
   public:
    Answer& operator=(Function function) {
      const std::lock_guard lock(mutex_);
      function_ = std::make_shared<Function>(std::move(function));
      return *this;
    }
    std::shared_ptr<Function> get() const {
      const std::lock_guard lock(mutex_);
      return function_;
    }

   private:
    mutable std::mutex mutex_;
    std::shared_ptr<Function> function_;  // guarded by mutex_; shared with calls under way
  };

  Answer answer;
  std::atomic<int> calls{0};

  Response handle(const Request& request) override {
    ++calls;
    if (const auto function = answer.get(); function && *function) return (*function)(request);
    Response response;
    response.body = request.body;
    return response;
  }
};

// A server on a free port, ready to answer.
struct TestServer {
  explicit TestServer(HttpOptions options = {});

  // Moves the clock, and with it all timers of the server.
  void advance(std::chrono::microseconds by) {
    clock.advance(by);
    server.clock_moved();
  }

  FakeService service;
  ManualClock clock;
  Random random{7};
  HttpServer server;
  std::uint16_t port = 0;
};

HttpOptions any_port();

// A request as an SDK would send it; `extra` are further lines, each with its CRLF.
std::string dynamodb_request(std::string_view operation, std::string_view body,
                             std::string_view extra = {});
inline constexpr std::string_view kAuthorization =
    "Authorization: AWS4-HMAC-SHA256 "
    "Credential=AKID/20260101/eu-west-1/dynamodb/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=0123\r\nX-Amz-Date: 20260101T000000Z\r\n";

// Until it holds, for ten seconds at most.
bool eventually(const std::function<bool()>& holds);

}  // namespace dynadeck::testing
