#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "harness/http/server.h"
#include "tests/harness/http_client.h"

using namespace dynadeck;
using namespace dynadeck::testing;

namespace {

using namespace std::chrono_literals;
using Ending = HttpClient::Ending;

constexpr auto kInstant = 40ms;
constexpr std::size_t kMaxBody = 16'777'216;

std::size_t thread_count() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

}  // namespace

TEST_CASE("a body of 16 MiB passes, one byte more does not", "[limits]") {
  TestServer test;
  std::size_t seen = 0;
  test.service.answer = [&](const Request& request) {
    seen = request.body.size();
    return Response();
  };
  HttpClient client(test.port);
  CHECK(client.exchange(dynamodb_request("PutItem", std::string(kMaxBody, ' '))).status == 200);
  CHECK(seen == kMaxBody);

  const bool chunked = GENERATE(false, true);
  std::string request = dynamodb_request("PutItem", std::string(kMaxBody + 1, ' '));
  if (chunked) {
    request.replace(request.find("Content-Length: 16777217"), 24, "Transfer-Encoding: chunked");
    request.insert(request.find("\r\n\r\n") + 4, "1000001\r\n");
  }
  const HttpAnswer answer = client.exchange(request);
  CHECK(answer.status == 413);
  CHECK(answer.body == R"({"__type":"com.amazon.coral.service#RequestEntityTooLargeException",)"
                       R"("message":"Request size exceeded the limit of 16777216 bytes."})");
  CHECK(client.ending() == Ending::kClosed);
  CHECK(test.service.calls == 1);
}

TEST_CASE("a request that never ends is cut off at its deadline", "[limits]") {
  HttpOptions options;
  options.read_deadline = 30s;
  TestServer test(options);
  const std::string whole = dynamodb_request("GetItem", "{}");
  const std::size_t sent = GENERATE_COPY(std::size_t{1}, std::size_t{40}, whole.size() - 1);
  HttpClient slow(test.port);
  HttpClient idle(test.port);
  slow.send(whole.substr(0, sent));
  REQUIRE(eventually([&] { return test.server.stats().received_bytes == sent; }));
  CHECK(slow.ending(kInstant) == Ending::kOpen);

  // A byte now and then does not help: the deadline is the whole request's.
  int rounds = 0;
  REQUIRE(eventually([&] {
    test.advance(10s);
    ++rounds;
    return slow.ending(kInstant) == Ending::kClosed;
  }));
  CHECK(rounds >= 3);
  CHECK(test.server.stats().missed_deadlines == 1);
  CHECK(test.service.calls == 0);
  test.advance(1h);
  CHECK(idle.exchange(whole).status == 200);
}

TEST_CASE("slow clients hold no worker", "[limits]") {
  TestServer test;
  std::vector<std::unique_ptr<HttpClient>> slow;
  const std::string request = dynamodb_request("PutItem", std::string(100'000, ' '));
  for (int i = 0; i < 50; ++i) {
    slow.push_back(std::make_unique<HttpClient>(test.port));
    slow.back()->send(request.substr(0, 90'000));
  }
  HttpClient quick(test.port);
  CHECK(quick.exchange(dynamodb_request("GetItem", "{}")).status == 200);
  CHECK(test.service.calls == 1);
  for (const auto& client : slow) client->send(request.substr(90'000));
  for (const auto& client : slow) CHECK(client->receive()->status == 200);
  CHECK(test.service.calls == 51);
}

TEST_CASE("a request that breaks off never reaches the service", "[limits]") {
  TestServer test;
  const std::string request = dynamodb_request("PutItem", "{}");
  {
    HttpClient client(test.port);
    client.send(request.substr(0, request.size() - 1));
    client.shut_down_sending();
    CHECK(client.ending() == Ending::kClosed);
  }
  CHECK(eventually([&] { return test.server.stats().open_connections == 0; }));
  CHECK(test.service.calls == 0);
}

TEST_CASE("a client that does not read is cut off at its deadline", "[limits]") {
  HttpOptions options;
  options.write_deadline = 30s;
  TestServer test(options);
  test.service.answer = [](const Request&) {
    Response response;
    response.body.assign(32 * 1024 * 1024, 'x');
    return response;
  };
  HttpClient client(test.port);
  client.send(dynamodb_request("Scan", "{}"));
  REQUIRE(eventually([&] { return test.server.stats().sent_bytes > 0; }));

  SECTION("in spite of what is left") {
    REQUIRE(eventually([&] {
      test.advance(31s);
      return test.server.stats().missed_deadlines == 1;
    }));
    CHECK(eventually([&] { return test.server.stats().open_connections == 0; }));
  }
  SECTION("but one that reads gets everything") {
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->body.size() == 32 * 1024 * 1024);
    test.service.answer = nullptr;
    CHECK(client.exchange(dynamodb_request("GetItem", "{}")).body == "{}");
  }
}

TEST_CASE("a thousand idle connections cost no thread", "[limits]") {
  HttpOptions options;
  options.workers = 2;
  TestServer test(options);
  const std::size_t threads = thread_count();
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(std::make_unique<HttpClient>(test.port));
  REQUIRE(eventually([&] { return test.server.stats().open_connections == 1000; }));
  for (const auto& client : clients) {
    REQUIRE(client->exchange(dynamodb_request("GetItem", "{}")).status == 200);
  }
  CHECK(thread_count() == threads);
  test.advance(1h);
  CHECK(clients.front()->exchange(dynamodb_request("GetItem", "{}")).status == 200);
}

TEST_CASE("a port that is taken is an error in words", "[limits]") {
  TestServer first;
  FakeService service;
  AdjustableClock clock;
  Random random(1);
  HttpOptions options;
  options.port = first.port;
  HttpServer second(options, service, clock, random);
  const auto started = second.start();
  REQUIRE_FALSE(started.ok());
  CHECK(started.error() == "port " + std::to_string(first.port) +
                               " is taken on 127.0.0.1: choose another with --port, or 0 for any "
                               "free one");
}

TEST_CASE("a host that is none is an error in words", "[limits]") {
  FakeService service;
  AdjustableClock clock;
  Random random(1);
  HttpOptions options;
  options.host = GENERATE("203.0.113.1", "not a host");
  HttpServer server(options, service, clock, random);
  const auto started = server.start();
  REQUIRE_FALSE(started.ok());
  CHECK_THAT(started.error(), Catch::StartsWith("cannot listen on "));
}

TEST_CASE("stopping lets what is in flight finish", "[limits]") {
  TestServer test;
  std::atomic<bool> entered{false};
  std::atomic<bool> go{false};
  test.service.answer = [&](const Request&) {
    entered = true;
    while (!go) std::this_thread::yield();
    Response response;
    response.body = "finished";
    return response;
  };
  HttpClient idle(test.port);
  HttpClient busy(test.port);
  busy.send(dynamodb_request("GetItem", "{}"));
  REQUIRE(eventually([&] { return entered.load(); }));

  bool drained = false;
  std::thread stopping([&] { drained = test.server.stop(30s); });
  CHECK(idle.ending() == Ending::kClosed);
  go = true;
  const auto answer = busy.receive();
  stopping.join();
  REQUIRE(answer);
  CHECK(answer->body == "finished");
  CHECK(busy.ending() == Ending::kClosed);
  CHECK(drained);
}

TEST_CASE("stopping does not wait for ever", "[limits]") {
  TestServer test;
  test.service.answer = [](const Request&) {
    Response response;
    response.deferred = Response::Deferred();
    response.deferred->delay = 1h;
    response.deferred->resume = [] { return Response(); };
    return response;
  };
  HttpClient waiting(test.port);
  HttpClient halfway(test.port);
  waiting.send(dynamodb_request("GetItem", "{}"));
  halfway.send("POST / HT");
  REQUIRE(eventually([&] { return test.service.calls == 1; }));
  CHECK_FALSE(test.server.stop(50ms));
  CHECK(waiting.ending() == Ending::kClosed);
  CHECK(halfway.ending() != Ending::kOpen);
  CHECK(test.server.stats().open_connections == 0);
  CHECK(test.server.stats().abandoned_requests == 1);
}

TEST_CASE("many clients at once are all answered", "[limits]") {
  TestServer test;
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      HttpClient client(test.port);
      for (int round = 0; round < 200; ++round) {
        const std::string body = std::to_string(i * 1000 + round);
        client.send(dynamodb_request("GetItem", body));
        const auto answer = client.receive();
        if (answer && answer->body == body) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 1600);
}
