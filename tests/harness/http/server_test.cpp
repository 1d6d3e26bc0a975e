#include "harness/http/server.h"

#include <catch2/catch.hpp>
#include <mutex>

#include "harness/http/compression.h"
#include "tests/harness/http_client.h"

using namespace dynadeck;
using namespace dynadeck::testing;

namespace {

constexpr std::string_view kAskHealth = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

std::string crc_of(const HttpAnswer& answer) { return std::to_string(crc32_of(answer.body)); }

}  // namespace

TEST_CASE("a DynamoDB request reaches the service, and its answer the client", "[http]") {
  TestServer test;
  std::mutex mutex;
  std::vector<std::uint64_t> sequences;
  std::string seen;
  test.service.answer = [&](const Request& request) {
    const std::lock_guard lock(mutex);
    sequences.push_back(request.sequence);
    seen = std::string(info(request.operation).name) + " " + request.scope.account + " " +
           request.scope.region + " " + std::string(request.headers.find("host").value_or("")) +
           " " + request.request_id;
    Response response;
    response.body = request.body;
    return response;
  };
  HttpClient client(test.port);
  for (int i = 0; i < 3; ++i) {
    const HttpAnswer answer = client.exchange(dynamodb_request("GetItem", R"({"a":1})"));
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"a":1})");
    CHECK(answer.header("Content-Type") == "application/x-amz-json-1.0");
    CHECK(answer.header("x-amzn-RequestId").size() == 52);
    const std::lock_guard lock(mutex);
    CHECK(seen == "GetItem 000000000000 eu-west-1 localhost " + answer.header("x-amzn-RequestId"));
    CHECK(answer.header("x-amz-crc32") == crc_of(answer));
    CHECK(answer.header("Connection") == "keep-alive");
    CHECK(answer.header("Server") == "Server");
    CHECK_THAT(answer.header("Date"), Catch::EndsWith(" GMT"));
    CHECK_FALSE(answer.headers.find("Access-Control-Allow-Origin"));
  }
  CHECK(sequences == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(test.server.stats().requests == 3);
  CHECK(test.server.stats().open_connections == 1);
  CHECK(test.server.stats().refused_requests == 0);
}

TEST_CASE("header values arrive as they were sent", "[http]") {
  TestServer test;
  std::string value;
  test.service.answer = [&](const Request& request) {
    value = request.headers.find("x-odd").value_or("");
    return Response();
  };
  HttpClient client(test.port);
  client.exchange(
      dynamodb_request("GetItem", "{}", "X-Odd: 100%25 of a+b  c\r\nRange: bytes=9-\r\n"));
  CHECK(value == "100%25 of a+b  c");
}

TEST_CASE("GET / is AWS's health check", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  const HttpAnswer answer = client.exchange(kAskHealth);
  CHECK(answer.status == 200);
  CHECK(answer.body == "healthy: dynamodb.us-east-1.amazonaws.com ");
  CHECK(answer.header("x-amz-crc32") == "3128867991");

  client.send("HEAD / HTTP/1.1\r\n\r\n");
  const auto head = client.receive(true);
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->header("Content-Length") == "42");
  CHECK(client.exchange(kAskHealth).body == answer.body);
  CHECK(test.service.calls == 0);
}

TEST_CASE("what is nobody's is AWS's 404", "[http]") {
  std::vector<std::string> refused;
  HttpOptions options;
  options.on_refused = [&](std::string_view code) { refused.emplace_back(code); };
  TestServer test(options);
  HttpClient client(test.port);
  const std::string line = GENERATE("GET /somewhere", "PUT /", "OPTIONS /", "DELETE /x?y=z");
  const HttpAnswer answer = client.exchange(line + " HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  CHECK(answer.status == 404);
  CHECK(answer.body == "<UnknownOperationException/>\n");
  CHECK(answer.header("x-amz-crc32") == "3552371480");
  CHECK(refused == std::vector<std::string>{"UnknownOperationException"});
  CHECK(test.server.stats().refused_requests == 1);
  CHECK(test.service.calls == 0);
}

TEST_CASE("wire errors come in AWS's form and keep the connection", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  const HttpAnswer answer = client.exchange(
      "POST / HTTP/1.1\r\nContent-Type: application/x-amz-json-1.0\r\n"
      "X-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(answer.status == 400);
  CHECK(answer.body ==
        R"({"__type":"com.amazon.coral.service#MissingAuthenticationTokenException",)"
        R"("message":"Request is missing Authentication Token"})");
  CHECK(answer.header("x-amz-crc32") == crc_of(answer));
  CHECK(answer.header("x-amzn-RequestId").size() == 52);
  CHECK(client.exchange(kAskHealth).status == 200);
}

TEST_CASE("what cannot be read is refused, and the connection closed", "[http]") {
  const auto [bytes, status] = GENERATE(table<std::string, int>({
      {"nonsense\r\n\r\n", 400},
      {"BREW / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/3.0\r\n\r\n", 505},
      {"GET /" + std::string(10'000, 'a') + " HTTP/1.1\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n", 431},
      {"\x16\x03\x01\x02", 400},
  }));
  TestServer test;
  HttpClient client(test.port);
  const HttpAnswer answer = client.exchange(bytes);
  CHECK(answer.status == status);
  CHECK(answer.header("Connection") == "close");
  CHECK_THAT(answer.body, Catch::StartsWith(R"({"__type":"com.amazon.coral.service#)"));
  CHECK(client.ending() == HttpClient::Ending::kClosed);
}

TEST_CASE("application/json is answered in kind", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  std::string request = dynamodb_request("GetItem", "{}");
  request.replace(request.find("application/x-amz-json-1.0"), 26, "application/json");
  CHECK(client.exchange(request).header("Content-Type") == "application/json");
}

TEST_CASE("browsers are welcome", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  const HttpAnswer preflight = client.exchange(
      "OPTIONS / HTTP/1.1\r\nOrigin: http://localhost:3000\r\n"
      "Access-Control-Request-Method: POST\r\n"
      "Access-Control-Request-Headers: authorization,x-amz-target\r\n\r\n");
  CHECK(preflight.status == 200);
  CHECK(preflight.body.empty());
  CHECK(preflight.header("Access-Control-Allow-Origin") == "*");
  CHECK(preflight.header("Access-Control-Allow-Headers") == "authorization,x-amz-target");
  CHECK(preflight.header("Access-Control-Allow-Methods") == "POST");
  CHECK(preflight.header("Access-Control-Max-Age") == "172800");

  const HttpAnswer answer =
      client.exchange(dynamodb_request("GetItem", "{}", "Origin: http://localhost:3000\r\n"));
  CHECK(answer.header("Access-Control-Allow-Origin") == "*");
  CHECK_THAT(answer.header("Access-Control-Expose-Headers"), Catch::Contains("x-amzn-RequestId"));
}

TEST_CASE("pipelined requests are answered in their order", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += dynamodb_request("GetItem", std::to_string(i));
  client.send(requests);
  for (int i = 0; i < 100; ++i) {
    const auto answer = client.receive();
    REQUIRE(answer);
    REQUIRE(answer->body == std::to_string(i));
  }
}

TEST_CASE("a body may come in chunks", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  std::string request = dynamodb_request("GetItem", "");
  request.replace(request.find("Content-Length: 0"), 17, "Transfer-Encoding: chunked");
  CHECK(client.exchange(request + "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n").body == R"({"a":1})");
  CHECK(client.exchange(kAskHealth).status == 200);
}

TEST_CASE("a client that waits for 100 Continue gets it", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  std::string request = dynamodb_request("GetItem", "{}", "Expect: 100-continue\r\n");
  request.resize(request.size() - 2);
  client.send(request);
  const auto interim = client.receive(true);
  REQUIRE(interim);
  CHECK(interim->status == 100);
  CHECK(test.service.calls == 0);
  CHECK(client.exchange("{}").body == "{}");
}

TEST_CASE("the connection closes when it was asked to", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  const bool old = GENERATE(false, true);
  std::string request = dynamodb_request("GetItem", "{}", old ? "" : "Connection: close\r\n");
  if (old) request.replace(request.find("HTTP/1.1"), 8, "HTTP/1.0");
  const HttpAnswer answer = client.exchange(request);
  CHECK(answer.status == 200);
  CHECK(answer.header("Connection") == "close");
  CHECK(client.ending() == HttpClient::Ending::kClosed);
}

TEST_CASE("a client that sends no more is still answered", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  client.send(dynamodb_request("GetItem", "{}"));
  client.shut_down_sending();
  const auto answer = client.receive();
  REQUIRE(answer);
  CHECK(answer->body == "{}");
  CHECK(client.ending() == HttpClient::Ending::kClosed);
}

TEST_CASE("gzip goes both ways", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  const std::string body = R"({"text":")" + std::string(5000, 'a') + "\"}";

  const HttpAnswer plain =
      client.exchange(dynamodb_request("PutItem", gzip(body), "Content-Encoding: gzip\r\n"));
  CHECK(plain.body == body);
  CHECK_FALSE(plain.headers.find("Content-Encoding"));

  const HttpAnswer small =
      client.exchange(dynamodb_request("PutItem", "{}", "Accept-Encoding: gzip, deflate\r\n"));
  CHECK(small.body == "{}");
  CHECK_FALSE(small.headers.find("Content-Encoding"));

  const HttpAnswer compressed =
      client.exchange(dynamodb_request("PutItem", body, "Accept-Encoding: gzip, deflate\r\n"));
  CHECK(compressed.header("Content-Encoding") == "gzip");
  CHECK(compressed.body.size() < 200);
  CHECK(compressed.header("x-amz-crc32") == crc_of(compressed));
  const auto back = gunzip(compressed.body, body.size());
  REQUIRE(back.ok());
  CHECK(*back == body);
}

TEST_CASE("paths that were routed go to their handlers, the longest first", "[http]") {
  FakeService service;
  AdjustableClock clock;
  Random random(1);
  HttpOptions options;
  options.port = 0;
  HttpServer server(options, service, clock, random);
  const auto say = [](std::string name) {
    return [name](const AdminRequest& request) {
      const auto query = request.query.find("q");
      return admin_json(200, name + " " + request.method + " " + request.path + " " +
                                 (query == request.query.end() ? "-" : query->second) + " " +
                                 request.body);
    };
  };
  server.route("/_dynadeck", say("all"));
  server.route("/_dynadeck/faults", say("faults"));
  server.route("/shell/", say("shell"));
  const auto port = server.start();
  REQUIRE(port.ok());
  HttpClient client(*port);
  const auto ask = [&](const std::string& line, std::string_view body = {}) {
    return client
        .exchange(line + " HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n\r\n" + std::string(body))
        .body;
  };
  CHECK(ask("GET /_dynadeck") == "all GET /_dynadeck - ");
  CHECK(ask("POST /_dynadeck/reset?q=a%20b", "body") == "all POST /_dynadeck/reset a b body");
  CHECK(ask("DELETE /_dynadeck/faults/7") == "faults DELETE /_dynadeck/faults/7 - ");
  CHECK(ask("GET /_dynadeck/faultsy") == "all GET /_dynadeck/faultsy - ");
  CHECK(ask("GET /shell/x%2Fy") == "shell GET /shell/x/y - ");
  CHECK(ask("GET /_dynadecks") == "<UnknownOperationException/>\n");
  CHECK(ask("GET /shell") == "<UnknownOperationException/>\n");
}

TEST_CASE("an exception is counted and answered", "[http]") {
  TestServer test;
  test.service.answer = [](const Request&) -> Response { throw std::runtime_error("no"); };
  HttpClient client(test.port);
  const HttpAnswer answer = client.exchange(dynamodb_request("GetItem", "{}"));
  CHECK(answer.status == 500);
  CHECK(answer.body == R"({"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError",)"
                       R"("message":"Internal server error"})");
  CHECK(test.server.stats().exceptions == 1);
  test.service.answer = nullptr;
  CHECK(client.exchange(dynamodb_request("GetItem", "{}")).status == 200);
}

TEST_CASE("a response's own headers go out, except those that describe the message", "[http]") {
  TestServer test;
  test.service.answer = [](const Request&) {
    Response response;
    response.body = "{}";
    response.headers.add("x-amz-retry-after", "1500");
    response.headers.add("X-Amzn-RequestId", "TAPED");
    response.headers.add("Content-Length", "9");
    response.headers.add("X-Split", "a\r\nInjected: yes");
    return response;
  };
  HttpClient client(test.port);
  const HttpAnswer answer = client.exchange(dynamodb_request("GetItem", "{}"));
  CHECK(answer.header("x-amz-retry-after") == "1500");
  CHECK(answer.header("x-amzn-RequestId") == "TAPED");
  CHECK(answer.header("Content-Length") == "2");
  CHECK(answer.header("X-Split") == "aInjected: yes");
}

TEST_CASE("with credentials, only what they signed is answered", "[http]") {
  HttpOptions options;
  options.credentials = {{"AKID", "secret"}};
  TestServer test(options);
  HttpClient client(test.port);
  const HttpAnswer answer = client.exchange(dynamodb_request("GetItem", "{}"));
  CHECK(answer.status == 400);
  CHECK_THAT(answer.body,
             Catch::StartsWith(R"({"__type":"com.amazon.coral.service#InvalidSignatureException",)"
                               R"("message":"Signature expired: 20260101T000000Z is now earlier)"));
  CHECK(test.service.calls == 0);
}
