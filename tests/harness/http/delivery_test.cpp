#include <catch2/catch.hpp>
#include <thread>

#include "harness/http/compression.h"
#include "harness/http/server.h"
#include "tests/harness/http_client.h"

using namespace dynadeck;
using namespace dynadeck::testing;

namespace {

using namespace std::chrono_literals;
using Ending = HttpClient::Ending;

// How long a test waits for something that must not come.
constexpr auto kMoment = 40ms;

// A server whose every answer is `body`, delivered like this.
struct DeliveryServer : TestServer {
  explicit DeliveryServer(const Delivery& delivery, std::string body = "0123456789") {
    service.answer = [delivery, body](const Request&) {
      Response response;
      response.body = body;
      response.delivery = delivery;
      return response;
    };
  }
};

Response deferred(std::chrono::nanoseconds delay, std::function<Response()> resume) {
  Response response;
  response.deferred = Response::Deferred();
  response.deferred->delay = delay;
  response.deferred->resume = std::move(resume);
  return response;
}

Response real(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

// Answers after ten seconds with what was asked; counts what it really did.
struct DeferringServer : TestServer {
  explicit DeferringServer(HttpOptions options = {}) : TestServer(std::move(options)) {
    service.answer = [this](const Request& request) {
      return deferred(10s, [this, &request] {
        ++resumed;
        return real(request.body);
      });
    };
  }
  std::atomic<int> resumed{0};
};

}  // namespace

TEST_CASE("a delay holds the answer back, and no worker", "[delivery]") {
  Delivery how;
  how.delay = 5s;
  DeliveryServer test(how);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<HttpClient>(test.port));
    clients.back()->send(dynamodb_request("GetItem", "{}"));
  }
  REQUIRE(eventually([&] { return test.service.calls == 20; }));
  CHECK(clients.front()->receive_all(kMoment).empty());
  REQUIRE(eventually([&] {
    test.advance(5s);
    return test.server.stats().sent_bytes > 20 * 100;
  }));
  for (const auto& client : clients) CHECK(client->receive()->body == "0123456789");
}

TEST_CASE("a trickle lets the body through in pieces", "[delivery]") {
  Delivery how;
  how.trickle = Delivery::Trickle{4, 1s};
  DeliveryServer test(how);
  HttpClient client(test.port);
  client.send(dynamodb_request("GetItem", "{}"));
  const std::string first = client.receive_all(kMoment);
  CHECK_THAT(first, Catch::EndsWith("\r\n\r\n0123"));
  test.advance(999ms);
  CHECK(client.receive_all(kMoment).empty());
  test.advance(1ms);
  CHECK(client.receive_all(kMoment) == "4567");
  test.advance(1s);
  CHECK(client.receive_all(kMoment) == "89");
  test.service.answer = nullptr;
  CHECK(client.exchange(dynamodb_request("GetItem", "{}")).body == "{}");
}

TEST_CASE("a cut sends so many bytes and no more", "[delivery]") {
  const auto [bytes, end, ending] = GENERATE(table<std::size_t, Delivery::End, Ending>({
      {0, Delivery::End::kClose, Ending::kClosed},
      {20, Delivery::End::kClose, Ending::kClosed},
      {20, Delivery::End::kKeepAlive, Ending::kClosed},
      {0, Delivery::End::kReset, Ending::kReset},
      {30, Delivery::End::kReset, Ending::kReset},
      {0, Delivery::End::kHang, Ending::kOpen},
      {10, Delivery::End::kHang, Ending::kOpen},
  }));
  CAPTURE(bytes, static_cast<int>(end));
  Delivery how;
  how.cut_after_bytes = bytes;
  how.end = end;
  DeliveryServer test(how);
  HttpClient client(test.port);
  client.send(dynamodb_request("GetItem", "{}"));
  REQUIRE(eventually([&] { return test.service.calls == 1; }));
  std::string received;
  if (ending == Ending::kOpen) {
    received = client.receive_all(kMoment);
    CHECK(client.ending(kMoment) == Ending::kOpen);
    CHECK(test.server.stats().open_connections == 1);
    client.close();
  } else {
    received = client.receive_all();
    CHECK(client.ending() == ending);
  }
  CHECK(received.size() == bytes);
  CHECK(std::string_view("HTTP/1.1 200 OK\r\nServer: Server").starts_with(received));
  client.close();
  CHECK(eventually([&] { return test.server.stats().open_connections == 0; }));
}

TEST_CASE("a whole answer may end in a close, a reset or a silence", "[delivery]") {
  const auto [end, ending] = GENERATE(table<Delivery::End, Ending>({
      {Delivery::End::kClose, Ending::kClosed},
      {Delivery::End::kReset, Ending::kReset},
      {Delivery::End::kHang, Ending::kOpen},
  }));
  Delivery how;
  how.end = end;
  DeliveryServer test(how);
  HttpClient client(test.port);
  CHECK(client.exchange(dynamodb_request("GetItem", "{}")).body == "0123456789");
  CHECK(client.ending(ending == Ending::kOpen ? kMoment : 10s) == ending);
}

TEST_CASE("length and checksum may lie", "[delivery]") {
  Delivery how;
  how.declared_content_length = 4;
  how.crc32 = 7;
  how.end = Delivery::End::kClose;
  DeliveryServer test(how);
  HttpClient client(test.port);
  const HttpAnswer answer = client.exchange(dynamodb_request("GetItem", "{}"));
  CHECK(answer.header("Content-Length") == "4");
  CHECK(answer.header("x-amz-crc32") == "7");
  CHECK(client.receive_all() == "456789");
}

TEST_CASE("a deferred response comes in its time", "[delivery]") {
  DeferringServer test;
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<HttpClient>(test.port));
    clients.back()->send(dynamodb_request("GetItem", std::to_string(i)));
  }
  REQUIRE(eventually([&] { return test.service.calls == 20; }));
  CHECK(clients.front()->receive_all(kMoment).empty());
  CHECK(test.resumed == 0);
  REQUIRE(eventually([&] {
    test.advance(10s);
    return test.resumed == 20;
  }));
  for (int i = 0; i < 20; ++i) CHECK(clients[i]->receive()->body == std::to_string(i));
  CHECK(test.server.stats().abandoned_requests == 0);
}

TEST_CASE("a deferred response may be deferred again, and delayed after that", "[delivery]") {
  TestServer test;
  std::atomic<int> steps{0};
  test.service.answer = [&](const Request&) {
    return deferred(1s, [&] {
      ++steps;
      return deferred(1s, [&] {
        ++steps;
        Response response = real("done");
        response.delivery.emplace().delay = 1s;
        return response;
      });
    });
  };
  HttpClient client(test.port);
  client.send(dynamodb_request("GetItem", "{}"));
  REQUIRE(eventually([&] { return test.service.calls == 1; }));
  REQUIRE(eventually([&] {
    test.advance(1s);
    return test.server.stats().sent_bytes > 0;
  }));
  CHECK(steps == 2);
  CHECK(client.receive()->body == "done");
}

TEST_CASE("nothing is resumed for a client that has left", "[delivery]") {
  DeferringServer test;
  HttpClient client(test.port);
  client.send(dynamodb_request("GetItem", "{}"));
  REQUIRE(eventually([&] { return test.service.calls == 1; }));
  client.close();
  CHECK(eventually([&] { return test.server.stats().open_connections == 0; }));
  test.advance(60s);
  HttpClient another(test.port);  // a full round through the server
  test.service.answer = nullptr;
  another.exchange(dynamodb_request("GetItem", "{}"));
  CHECK(test.resumed == 0);
  CHECK(test.server.stats().abandoned_requests == 1);
}

TEST_CASE("pipelined requests wait for a deferred one before them", "[delivery]") {
  DeferringServer test;
  HttpClient client(test.port);
  client.send(dynamodb_request("GetItem", "1") + dynamodb_request("GetItem", "2"));
  REQUIRE(eventually([&] { return test.service.calls == 1; }));
  client.send(dynamodb_request("GetItem", "3"));
  CHECK(client.receive_all(kMoment).empty());
  CHECK(test.service.calls == 1);
  REQUIRE(eventually([&] {
    test.advance(10s);
    return test.resumed == 3;
  }));
  CHECK(client.receive()->body == "1");
  CHECK(client.receive()->body == "2");
  CHECK(client.receive()->body == "3");
}
