// The chain of services, put together in one place.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "harness/config.h"
#include "harness/exit_status.h"
#include "harness/seam/result.h"

namespace dynadeck {

class HttpServer;
class Service;
class Clock;
class Random;

namespace cassettes {
struct ReplayReport;
}

// Owns every link, the clock and the chance. Its services are synchronized; the rest belongs to the
// thread that built it.
class Stack {
 public:
  static Outcome<std::unique_ptr<Stack>, StartError> build(const ServeOptions& options);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  Service& service();
  const Clock& clock() const;
  Random& random();

  // Everything that is not DynamoDB's: /metrics, /_dynadeck/*, /_localstack/*. Also lets the
  // metrics see the server. The server ends before the stack does.
  void add_routes(HttpServer& server);
  // Whether a fault rule refuses the connection that is being opened.
  bool refuses_connection();
  // A request that the HTTP layer refused before it reached the chain.
  void count_refused(std::string_view error_code);

  // Takes the tape out, once the server has stopped: what was recorded is on disk afterwards.
  Outcome<cassettes::ReplayReport, std::string> eject();

  // "embedded", "in-memory", "replay": for people.
  const std::string& mode() const;

  struct Parts;  // stack.cpp alone knows them

 private:
  explicit Stack(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace dynadeck
