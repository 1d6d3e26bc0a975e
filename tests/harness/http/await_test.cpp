#include <catch2/catch.hpp>
#include <mutex>
#include <thread>

#include "harness/http/server.h"
#include "tests/harness/http_client.h"

using namespace dynadeck;
using namespace dynadeck::testing;

namespace {

// Somebody else's work: responses that are there when the test says so. Synchronized.
class Elsewhere {
 public:
  Response promise() {
    Response response;
    response.deferred = Response::Deferred();
    response.deferred->start = [this](std::function<void()> wake) {
      const std::lock_guard lock(mutex_);
      wakes_.push_back(std::move(wake));
    };
    response.deferred->resume = [this] {
      ++resumed;
      Response real;
      real.body = R"({"from":"elsewhere"})";
      return real;
    };
    return response;
  }

  std::size_t started() const {
    const std::lock_guard lock(mutex_);
    return wakes_.size();
  }

  void finish_all() {
    std::vector<std::function<void()>> wakes;
    {
      const std::lock_guard lock(mutex_);
      wakes.swap(wakes_);
    }
    for (const auto& wake : wakes) wake();
  }

  std::atomic<int> resumed{0};

 private:
  mutable std::mutex mutex_;
  std::vector<std::function<void()>> wakes_;  // guarded by mutex_
};

}  // namespace

TEST_CASE("a response that is fetched elsewhere holds no worker", "[http]") {
  HttpOptions options = any_port();
  options.workers = 1;
  Elsewhere elsewhere;
  TestServer test(options);
  test.service.answer = [&](const Request&) { return elsewhere.promise(); };
  HttpClient first(test.port);
  HttpClient second(test.port);
  first.send(dynamodb_request("GetItem", "{}"));
  second.send(dynamodb_request("GetItem", "{}"));
  REQUIRE(eventually([&] { return elsewhere.started() == 2; }));
  CHECK(elsewhere.resumed == 0);

  elsewhere.finish_all();
  CHECK(first.receive()->body == R"({"from":"elsewhere"})");
  CHECK(second.receive()->body == R"({"from":"elsewhere"})");

  // And the connection goes on.
  first.send(dynamodb_request("GetItem", "{}"));
  REQUIRE(eventually([&] { return elsewhere.started() == 1; }));
  elsewhere.finish_all();
  CHECK(first.receive()->status == 200);
}

TEST_CASE("a wake-up may come before start returns", "[http]") {
  TestServer test;
  test.service.answer = [](const Request& request) {
    Response response;
    response.deferred = Response::Deferred();
    response.deferred->start = [](const std::function<void()>& wake) { wake(); };
    response.deferred->resume = [&request] {
      Response real;
      real.body = request.body;
      return real;
    };
    return response;
  };
  HttpClient client(test.port);
  for (int i = 0; i < 100; ++i) {
    CHECK(client.exchange(dynamodb_request("GetItem", "{}")).body == "{}");
  }
}

TEST_CASE("what was started is heard to its end even if the client has left", "[http]") {
  Elsewhere elsewhere;
  TestServer test;
  test.service.answer = [&](const Request&) { return elsewhere.promise(); };
  auto client = std::make_unique<HttpClient>(test.port);
  client->send(dynamodb_request("PutItem", "{}"));
  REQUIRE(eventually([&] { return elsewhere.started() == 1; }));
  client.reset();
  HttpClient other(test.port);
  CHECK(other.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
  elsewhere.finish_all();
  CHECK(eventually([&] { return elsewhere.resumed == 1; }));
  other.close();
  CHECK(eventually([&] { return test.server.stats().open_connections == 0; }));
}

TEST_CASE("a server that has stopped is woken in vain", "[http]") {
  Elsewhere elsewhere;
  {
    TestServer test;
    test.service.answer = [&](const Request&) { return elsewhere.promise(); };
    HttpClient client(test.port);
    client.send(dynamodb_request("GetItem", "{}"));
    REQUIRE(eventually([&] { return elsewhere.started() == 1; }));
  }
  elsewhere.finish_all();
  CHECK(elsewhere.resumed == 0);
}
