#include "harness/upstream/client.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "tests/harness/http_client.h"
#include "tests/harness/raw_server.h"
#include "tests/harness/watching_threads.h"

using namespace dynadeck;
using namespace dynadeck::testing;
using namespace std::chrono_literals;
using Kind = UpstreamFailure::Kind;
using Result = UpstreamClient::Result;

namespace {

std::string post(std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

// Results as they come. Synchronized.
class Results {
 public:
  UpstreamClient::Done take(std::string name) {
    return [this, name = std::move(name)](Result result) {
      const std::lock_guard lock(mutex_);
      results_.emplace_back(name, std::move(result));
      came_.notify_all();
    };
  }

  // All of them, once there are `count`; fails the test after ten seconds.
  std::vector<std::pair<std::string, Result>> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(came_.wait_for(lock, 10s, [&] { return results_.size() >= count; }));
    return std::move(results_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::pair<std::string, Result>> results_;  // guarded by mutex_
};

// Every test runs twice: the client reads by itself, and others read for it.
struct Fixture {
  explicit Fixture(std::uint16_t server_port, UpstreamClient::Options given = {})
      : port(server_port), client(std::move(given), clock, stats) {
    const bool watched = GENERATE(false, true);
    CAPTURE(watched);
    if (!watched) return;
    watchers = std::make_unique<WatchingThreads>();
    client.read_at(watchers->watch);
  }

  void send(std::string body) {
    client.send({false, "127.0.0.1", port}, post(body), results.take(body));
  }
  Result ask(std::string body) {
    send(std::move(body));
    return std::move(results.wait_for(1).front().second);
  }

  const std::uint16_t port;
  AdjustableClock clock;
  UpstreamStats stats;
  Results results;
  UpstreamClient client;                      // its end calls into results
  std::unique_ptr<WatchingThreads> watchers;  // the last: they read for the client
};

UpstreamClient::Options with_timeouts(UpstreamTimeouts timeouts) {
  UpstreamClient::Options options;
  options.timeouts = timeouts;
  return options;
}

}  // namespace

TEST_CASE("one connection serves one request after another", "[upstream]") {
  RawServer server(echo);
  Fixture test(server.port());
  for (const std::string body : {"first", "second", ""}) {
    const Result result = test.ask(body);
    REQUIRE(result.ok());
    CHECK(result->body == body);
  }
  CHECK(server.accepted() == 1);
  CHECK(test.stats.replies == 3);
  CHECK(test.stats.requests_under_way == 0);
}

TEST_CASE("many requests share few connections, and each has its own answer", "[upstream]") {
  RawServer server(echo);
  UpstreamClient::Options options;
  options.max_connections = 4;
  Fixture test(server.port(), options);
  for (int i = 0; i < 500; ++i) test.send("body " + std::to_string(i));
  const auto results = test.results.wait_for(500);
  for (const auto& [name, result] : results) {
    REQUIRE(result.ok());
    CHECK(result->body == name);
  }
  CHECK(server.accepted() <= 4);
  CHECK(test.stats.waiting_requests == 0);
}

TEST_CASE("a large request and a large answer pass whole", "[upstream]") {
  RawServer server(echo);
  Fixture test(server.port());
  const std::string body(8'000'000, 'x');
  const Result result = test.ask(body);
  REQUIRE(result.ok());
  CHECK(result->body == body);
}

TEST_CASE("an upstream that says goodbye is connected anew", "[upstream]") {
  const std::string header = GENERATE("Connection: close\r\n", "Keep-Alive: timeout=1\r\n");
  RawServer server([&](RawConnection& connection) {
    (void)connection.receive();
    connection.answer("bye", header);
    // Whoever sends a second request on it is told nothing.
  });
  Fixture test(server.port());
  CHECK(test.ask("a").ok());
  CHECK(eventually([&] { return test.stats.open_connections == 0; }));
  CHECK(test.ask("b").ok());
  CHECK(server.accepted() == 2);
}

TEST_CASE("an answer that is followed by more ends its connection", "[upstream]") {
  RawServer server([](RawConnection& connection) {
    (void)connection.receive();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 200 OK\r\n");
    connection.wait_for_end();
  });
  Fixture test(server.port());
  CHECK(test.ask("a")->body == "1");
  CHECK(test.ask("b")->body == "1");
  CHECK(server.accepted() == 2);
}

TEST_CASE("nobody at the address", "[upstream]") {
  UpstreamClient::Options options;
  SECTION("is told at once") {}
  SECTION("is told after the retries that were asked for") { options.retries = 2; }
  Fixture test(unused_port(), options);
  const Result result = test.ask("a");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == Kind::kUnreachable);
  CHECK(result.error().never_left);
  CHECK(result.error().reason == "Connection refused");
  CHECK(test.stats.retries == options.retries);
}

TEST_CASE("a retry finds the upstream that has come back", "[upstream]") {
  const std::uint16_t port = unused_port();
  UpstreamClient::Options options;
  options.retries = 8;
  Fixture test(port, options);
  test.send("a");
  REQUIRE(eventually([&] { return test.stats.retries > 0; }));
  RawServer server(echo, port);
  CHECK(test.results.wait_for(1).front().second.ok());
}

TEST_CASE("retries end with the time for the whole request", "[upstream]") {
  UpstreamClient::Options options = with_timeouts({.total = 120ms});
  options.retries = 10;
  Fixture test(unused_port(), options);
  const auto began = std::chrono::steady_clock::now();
  const Result result = test.ask("a");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == Kind::kUnreachable);
  CHECK(result.error().never_left);
  // The third pause alone would be longer; the rest is for a busy machine.
  CHECK(std::chrono::steady_clock::now() - began < 1s);
}

TEST_CASE("a name that does not exist is unreachable", "[upstream]") {
  Fixture test(1);
  test.client.send({false, "no-such-host.invalid", 80}, post("a"), test.results.take("a"));
  const auto results = test.results.wait_for(1);
  REQUIRE_FALSE(results[0].second.ok());
  CHECK(results[0].second.error().kind == Kind::kUnreachable);
}

TEST_CASE("a name is found", "[upstream]") {
  RawServer server(echo);
  Fixture test(server.port());
  test.client.send({false, "localhost", server.port()}, post("a"), test.results.take("a"));
  CHECK(test.results.wait_for(1)[0].second.ok());
}

TEST_CASE("a silent upstream is left after the timeout, with its connection", "[upstream]") {
  struct Row {
    UpstreamTimeouts timeouts;
    std::string reason;
  };
  const Row row = GENERATE(Row{{.response = 50ms}, "no answer within 50 ms"},
                           Row{{.total = 60ms}, "no whole answer within 60 ms"});
  std::atomic<int> talks{0};
  RawServer server([&](RawConnection& connection) {
    if (++talks > 1) return echo(connection);
    (void)connection.receive();
    connection.wait_for_end();
  });
  Fixture test(server.port(), with_timeouts(row.timeouts));
  const Result result = test.ask("a");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == Kind::kTimeout);
  CHECK_FALSE(result.error().never_left);
  CHECK(result.error().reason == row.reason);
  CHECK(test.ask("b")->body == "b");
}

TEST_CASE("an upstream that dribbles is not silent, but has to come to an end", "[upstream]") {
  RawServer server([](RawConnection& connection) {
    (void)connection.receive();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1000; ++i) {
      connection.send("x");
      std::this_thread::sleep_for(5ms);
    }
  });
  Fixture test(server.port(), with_timeouts({.response = 2'000ms, .total = 200ms}));
  const Result result = test.ask("a");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().reason == "no whole answer within 200 ms");
}

TEST_CASE("who waits for a connection waits no longer than a request may take", "[upstream]") {
  RawServer server([](RawConnection& connection) {
    (void)connection.receive();
    connection.wait_for_end();
  });
  UpstreamClient::Options options = with_timeouts({.total = 100ms});
  options.max_connections = 1;
  Fixture test(server.port(), options);
  test.send("holds the connection");
  test.send("waits for it");
  const auto results = test.results.wait_for(2);
  for (const auto& [name, result] : results) {
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == Kind::kTimeout);
    if (name == "holds the connection") CHECK_FALSE(result.error().never_left);
    // Where this machine was busy between the two, it had the connection for the last moment.
    if (result.error().never_left) {
      CHECK(result.error().reason == "all 1 connections were busy for 100 ms");
    }
  }
}

TEST_CASE("a connection that ends early is no answer, and never sent twice", "[upstream]") {
  struct Row {
    std::string sent;
    Kind kind;
  };
  const Row row = GENERATE(Row{"", Kind::kBroken},
                           Row{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", Kind::kBroken},
                           Row{"SSH-2.0-OpenSSH_9.2\r\n\r\n", Kind::kBadReply});
  std::atomic<int> requests{0};
  RawServer server([&](RawConnection& connection) {
    (void)connection.receive();
    ++requests;
    connection.send(row.sent);
  });
  UpstreamClient::Options options;
  options.retries = 5;
  Fixture test(server.port(), options);
  const Result result = test.ask("a");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == row.kind);
  CHECK_FALSE(result.error().never_left);
  CHECK(requests == 1);
}

TEST_CASE("an idle connection that was reset is replaced", "[upstream]") {
  std::atomic<int> talks{0};
  RawServer server([&](RawConnection& connection) {
    if (++talks > 1) return echo(connection);
    (void)connection.receive();
    connection.answer("first");
    connection.reset();
  });
  Fixture test(server.port());
  CHECK(test.ask("a").ok());
  CHECK(eventually([&] { return test.stats.open_connections == 0; }));
  CHECK(test.ask("b")->body == "b");
}

TEST_CASE("an answer may come before the request has been read", "[upstream]") {
  RawServer server([](RawConnection& connection) {
    connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
    connection.wait_for_end();
  });
  Fixture test(server.port());
  const Result result = test.ask(std::string(4'000'000, 'x'));
  REQUIRE(result.ok());
  CHECK(result->status == 413);
}

TEST_CASE("an unused connection is closed after a while", "[upstream]") {
  RawServer server(echo);
  Fixture test(server.port(), with_timeouts({.idle = 30ms}));
  CHECK(test.ask("a").ok());
  CHECK(eventually([&] { return test.stats.open_connections == 0; }));
  CHECK(test.ask("b").ok());
  CHECK(server.accepted() == 2);
}

TEST_CASE("the end of the client is the end of what is under way", "[upstream]") {
  RawServer server([](RawConnection& connection) { connection.wait_for_end(); });
  Results results;
  UpstreamStats stats;
  AdjustableClock clock;
  {
    UpstreamClient client({}, clock, stats);
    for (int i = 0; i < 100; ++i) {
      client.send({false, "127.0.0.1", server.port()}, post("a"), results.take("a"));
    }
  }
  for (const auto& [name, result] : results.wait_for(100)) {
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == Kind::kStopped);
  }
  CHECK(stats.requests_under_way == 0);
  CHECK(stats.open_connections == 0);
}
