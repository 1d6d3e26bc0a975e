// What the tests of this room share.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "faults/fault_service.h"
#include "faults/rules/board.h"
#include "faults/rules/rule.h"
#include "harness/seam/clock.h"

namespace dynadeck::faults::testing {

// The service behind the faults: remembers what reached it.
class FakeService : public Service {
 public:
  using Handler = std::function<Response(const Request&)>;

  explicit FakeService(Handler handler) : handler_(std::move(handler)) {}

  Response handle(const Request& request) override { return handler_(request); }

 private:
  const Handler handler_;
};

inline Request make_request(Operation operation, std::string body = "{}") {
  Request request;
  request.operation = operation;
  request.scope = {"123456789012", "us-east-1"};
  request.access_key = "AKIDEXAMPLE";
  request.body = std::move(body);
  return request;
}

// The rules of a text that has to be right.
inline RuleFile rules_of(const std::string& text) {
  Outcome<RuleFile, Problems> file = parse_rules(text);
  INFO((file.ok() ? std::string() : to_string(file.error())));
  REQUIRE(file.ok());
  return std::move(file).value();
}

// A fault service with its board, its clock, and what reached the service behind it.
struct Bench {
  explicit Bench(const std::string& rules, Abilities abilities = {}, std::uint64_t seed = 1)
      : board(clock, seed, std::move(abilities)) {
    const auto added = board.add(rules_of(rules));
    INFO((added.ok() ? std::string() : added.error().text));
    REQUIRE(added.ok());
  }

  Response send(const Request& request) { return service.handle(request); }
  Response send(Operation operation, std::string body = "{}") {
    return send(requests.emplace_back(make_request(operation, std::move(body))));
  }
  // The real answer, after as many delays as it takes; the clock advances by them.
  Response finish(Response response) {
    while (response.deferred) {
      clock.advance(std::chrono::duration_cast<Duration>(response.deferred->delay));
      waited += std::chrono::duration_cast<Duration>(response.deferred->delay);
      response = Response(response.deferred->resume());
    }
    return response;
  }

  ManualClock clock;
  RuleBoard board;
  Duration waited{0};
  FakeService::Handler answer = [](const Request&) {
    Response response;
    response.body = "{}";
    return response;
  };
  std::vector<std::string> arrived;  // bodies
  std::vector<Hints> hints;
  std::deque<Request> requests;  // requests outlive their answers
  FaultService service{std::make_unique<FakeService>([this](const Request& request) {
                         arrived.push_back(request.body);
                         hints.push_back(request.hints);
                         return answer(request);
                       }),
                       board};
};

// Whether `hits` of `draws` at probability p lies within 4.5 standard deviations: a right rate
// fails once in 150,000 runs, and seeds are fixed.
inline bool plausible(std::size_t hits, std::size_t draws, double p) {
  const double mean = static_cast<double>(draws) * p;
  const double deviation = std::sqrt(mean * (1 - p));
  return std::abs(static_cast<double>(hits) - mean) <= 4.5 * deviation;
}

}  // namespace dynadeck::faults::testing
