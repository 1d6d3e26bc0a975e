#include "harness/http_server.h"

#include <catch2/catch.hpp>

#include "http_client.h"

using namespace dynadeck;
using namespace dynadeck::testing;

TEST_CASE("a DynamoDB request reaches the service and its answer the client", "[http]") {
  TestServer test;
  Scope scope;
  test.service.answer = [&](const Request& request) {
    scope = request.scope;
    Response response;
    response.body = R"({"ok":)" + std::to_string(static_cast<int>(request.operation)) + "}";
    return response;
  };
  HttpClient client(test.port);
  for (int i = 0; i < 3; ++i) {
    const HttpAnswer answer = client.exchange(dynamodb_request("GetItem", "{}"));
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"ok":)" + std::to_string(static_cast<int>(Operation::kGetItem)) + "}");
    CHECK(answer.header("Content-Type") == "application/x-amz-json-1.0");
    CHECK(answer.header("x-amzn-RequestId").size() == 52);
    CHECK(answer.header("Connection") == "keep-alive");
    CHECK(answer.header("Server") == "Server");
    CHECK(answer.header("Date").ends_with(" GMT"));
  }
  CHECK(scope == Scope{"000000000000", "eu-west-1"});
  CHECK(test.service.calls == 3);
}

TEST_CASE("GET / is AWS's health check", "[http]") {
  TestServer test;
  HttpClient client(test.port);
  const HttpAnswer answer = client.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(answer.status == 200);
  CHECK(answer.body == "healthy: dynamodb.us-east-1.amazonaws.com ");
  CHECK(answer.header("x-amz-crc32") == "3128867991");
}
