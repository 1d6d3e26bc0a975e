#include "harness/http/wire.h"

#include <catch2/catch.hpp>

#include "harness/http/compression.h"

using namespace dynadeck;

namespace {

constexpr auto kCredential = "AKID/20260101/eu-west-1/dynamodb/aws4_request";

HttpRequest request_with(std::string body, std::string credential = kCredential) {
  HttpRequest http;
  http.method = "POST";
  http.target = http.path = "/";
  http.body = std::move(body);
  http.headers.add("Content-Type", "application/x-amz-json-1.0");
  http.headers.add("X-Amz-Target", "DynamoDB_20120810.GetItem");
  http.headers.add("X-Amz-Date", "20260101T000000Z");
  http.headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=" + credential +
                                        ", SignedHeaders=host, Signature=00");
  return http;
}

Outcome<Request, Response> read(HttpRequest http) {
  HttpOptions options;
  options.max_body_bytes = 1000;
  options.wire_time = [] { return Clock::WallTime{}; };
  return Wire(options).read(http);
}

std::string refusal_of(HttpRequest http) {
  const auto outcome = read(std::move(http));
  return outcome.ok() ? "none" : outcome.error().body;
}

}  // namespace

TEST_CASE("a good request is read as it came", "[wire]") {
  HttpRequest http = request_with(R"({"a":1})");
  http.target = "/_session/night%20shift/";
  const auto outcome = read(std::move(http));
  REQUIRE(outcome.ok());
  CHECK(outcome->operation == Operation::kGetItem);
  CHECK(outcome->body == R"({"a":1})");
  CHECK(outcome->session == "night shift");
  CHECK(outcome->access_key == "AKID");
  CHECK(outcome->scope == Scope{"000000000000", "eu-west-1"});
  CHECK(outcome->headers.size() == 4);
}

TEST_CASE("the name of a session is one segment of the URL as it came", "[wire]") {
  const auto [target, session] = GENERATE(table<std::string, std::string>({
      {"/_session/tests%2Fa.py::b%5B1%5D/", "tests/a.py::b[1]"},
      {"/_session/one", "one"},
      {"/_session/one?x=1", "one"},
      {"/_session/100%", "100%"},
      {"/_session/%zz%4/", "%zz%4"},
      {"/_session/%C3%A9/more/", "\xC3\xA9"},
      {"/_session/", ""},
      {"/other/_session/one/", ""},
  }));
  CAPTURE(target);
  HttpRequest http = request_with("{}");
  http.target = target;
  const auto outcome = read(std::move(http));
  REQUIRE(outcome.ok());
  CHECK(outcome->session == session);
}

TEST_CASE("account and region come from the credential", "[wire]") {
  const auto [credential, account, region] = GENERATE(table<std::string, std::string, std::string>({
      {"123456789012/20260101/eu-west-1/dynamodb/aws4_request", "123456789012", "eu-west-1"},
      {"12345678901/20260101/eu-west-1/dynamodb/aws4_request", "000000000000", "eu-west-1"},
      {"12345678901x/20260101/local/dynamodb/aws4_request", "000000000000", "us-east-1"},
      {"AKID/20260101/localhost/dynamodb/aws4_request", "000000000000", "us-east-1"},
      {"AKID", "000000000000", "us-east-1"},
  }));
  CAPTURE(credential);
  const auto outcome = read(request_with("{}", credential));
  REQUIRE(outcome.ok());
  CHECK(outcome->scope == Scope{account, region});
}

TEST_CASE("targets of both APIs are known, and no others", "[wire]") {
  const auto [target, operation] = GENERATE(table<std::string, Operation>({
      {"DynamoDB_20120810.PutItem", Operation::kPutItem},
      {"DynamoDBStreams_20120810.GetRecords", Operation::kGetRecords},
      {"DynamoDBStreams_20120810.PutItem", Operation::kUnknown},
      {"DynamoDB_20111205.PutItem", Operation::kUnknown},
      {"DynamoDB_20120810.putItem", Operation::kUnknown},
      {"DynamoDB_20120810.PutItem.x", Operation::kUnknown},
      {"DynamoDB_20120810.", Operation::kUnknown},
      {"PutItem", Operation::kUnknown},
      {"", Operation::kUnknown},
  }));
  CAPTURE(target);
  HttpRequest http = request_with("{}");
  http.headers.set("x-amz-target", target);
  const auto outcome = read(std::move(http));
  REQUIRE(outcome.ok() == (operation != Operation::kUnknown));
  if (outcome.ok()) {
    CHECK(outcome->operation == operation);
  } else {
    CHECK(outcome.error().status == 400);
    CHECK(outcome.error().error_code == "UnknownOperationException");
    CHECK(outcome.error().body ==
          R"({"__type":"com.amazon.coral.service#UnknownOperationException"})");
  }
}

TEST_CASE("what is no JSON for DynamoDB is answered in XML", "[wire]") {
  HttpRequest http = request_with("{}");
  SECTION("another method") { http.method = GENERATE("PUT", "DELETE", "PATCH", "GET"); }
  SECTION("another type") {
    http.headers.set("Content-Type", GENERATE("", "text/plain", "application/x-www-form-urlencoded",
                                              "application/jsonx"));
  }
  const auto outcome = read(std::move(http));
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error().status == 404);
  CHECK(outcome.error().body == "<UnknownOperationException/>\n");
}

TEST_CASE("types of JSON that clients send are all welcome", "[wire]") {
  HttpRequest http = request_with("{}");
  http.headers.set(
      "Content-Type",
      GENERATE("application/x-amz-json-1.0", "application/x-amz-json-1.1", "application/json",
               "application/json; charset=utf-8", "Application/X-Amz-Json-1.0 ; charset=UTF-8"));
  CHECK(read(std::move(http)).ok());
}

TEST_CASE("of several mistakes the first in AWS's order is named", "[wire]") {
  HttpRequest http = request_with("{");
  constexpr auto kNotJson = R"({"__type":"com.amazon.coral.service#SerializationException"})";
  constexpr auto kNoOperation =
      R"({"__type":"com.amazon.coral.service#UnknownOperationException"})";
  constexpr auto kNoToken =
      R"({"__type":"com.amazon.coral.service#MissingAuthenticationTokenException",)"
      R"("message":"Request is missing Authentication Token"})";

  http.headers.set("X-Amz-Target", "nothing");
  http.headers.set("Authorization", "");
  CHECK(refusal_of(http) == kNotJson);
  http.body = "{}";
  CHECK(refusal_of(http) == kNoOperation);
  http.body = "";
  CHECK(refusal_of(http) == kNoOperation);
  http.headers.set("X-Amz-Target", "DynamoDB_20120810.ListTables");
  CHECK(refusal_of(http) == kNoToken);
  http.body = "{";
  CHECK(refusal_of(http) == kNotJson);
  // With good credentials the engine finds it.
  http.headers.set("Authorization",
                   "AWS4-HMAC-SHA256 Credential=AKID, SignedHeaders=host, Signature=00");
  CHECK(refusal_of(http) == "none");
}

TEST_CASE("a gzipped body is taken apart, within the limit", "[wire]") {
  const auto gzipped = [](std::string body) {
    HttpRequest http = request_with(std::move(body));
    http.headers.add("Content-Encoding", "gzip");
    return http;
  };
  const auto outcome = read(gzipped(gzip(std::string(1000, ' '))));
  REQUIRE(outcome.ok());
  CHECK(outcome->body == std::string(1000, ' '));

  const auto bomb = read(gzipped(gzip(std::string(1001, ' '))));
  REQUIRE_FALSE(bomb.ok());
  CHECK(bomb.error().status == 413);
  CHECK(bomb.error().error_code == "RequestEntityTooLargeException");

  const auto broken = read(gzipped("{}"));
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.error().error_code == "SerializationException");
}
