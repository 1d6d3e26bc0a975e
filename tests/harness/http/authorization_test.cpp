#include "harness/http/authorization.h"

#include <catch2/catch.hpp>

#include "harness/aws/sigv4.h"

using namespace dynadeck;

namespace {

using namespace std::chrono_literals;

HttpRequest with_headers(std::vector<std::pair<std::string, std::string>> headers) {
  HttpRequest request;
  request.method = "POST";
  request.target = request.path = "/";
  for (auto& [name, value] : headers) request.headers.add(name, value);
  return request;
}

HttpRequest with_authorization(std::string value) {
  return with_headers({{"Authorization", std::move(value)}, {"X-Amz-Date", "20260101T120000Z"}});
}

struct Signing {
  std::string access_key = "AKIDEXAMPLE";
  std::string secret_key = "secret";
  std::string region = "eu-west-1";
  std::string service = "dynamodb";
  std::string date = "20260101";
  std::string time = "20260101T120000Z";
  std::vector<std::string> signed_headers = {"host", "x-amz-date", "x-amz-target"};
};

HttpRequest signed_request(const Signing& signing) {
  HttpRequest request = with_headers({{"Host", "localhost:8000"},
                                      {"X-Amz-Date", signing.time},
                                      {"X-Amz-Target", "DynamoDB_20120810.ListTables"}});
  request.body = "{}";
  const std::string hash = sigv4::sha256_hex(request.body);
  request.headers.add(
      "Authorization",
      sigv4::authorization(signing.access_key, signing.secret_key,
                           {signing.date, signing.region, signing.service}, signing.time,
                           {"POST", "/", &request.headers, signing.signed_headers, hash}));
  return request;
}

constexpr Clock::WallTime kNoon{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + 12h};

std::optional<Refusal> verdict(const HttpRequest& request, Clock::WallTime now = kNoon) {
  const SignatureVerifier verifier({{"OTHER", "other"}, {"AKIDEXAMPLE", "secret"}});
  const auto authorization = read_authorization(request);
  REQUIRE(authorization.ok());
  return verifier.verify(request, *authorization, now);
}

}  // namespace

TEST_CASE("key and region come out of the credential", "[authorization]") {
  const auto [credential, key, region] = GENERATE(table<std::string, std::string, std::string>({
      {"AKID/20260101/us-west-2/dynamodb/aws4_request", "AKID", "us-west-2"},
      {"AKID/20260101/us-west-2/dynamodb/aws4_request/", "AKID", "us-west-2"},
      {"a/b+c/20260101/local/dynamodb/aws4_request", "a/b+c", "local"},
      {"AKID", "AKID", ""},
      {"AKID/20260101/us-west-2", "AKID", "us-west-2"},
      {"AKID/20260101//dynamodb/aws4_request", "AKID", ""},
  }));
  CAPTURE(credential);
  const HttpRequest request = with_authorization("AWS4-HMAC-SHA256 Credential=" + credential +
                                                 ",SignedHeaders=host,  Signature=a=b");
  const auto authorization = read_authorization(request);
  REQUIRE(authorization.ok());
  CHECK(authorization->access_key == key);
  CHECK(authorization->region == region);
  CHECK(authorization->signature == "a=b");
  CHECK_FALSE(authorization->presigned);
}

TEST_CASE("a presigned query is read like a header", "[authorization]") {
  HttpRequest request = with_headers({});
  request.query = {{"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
                   {"X-Amz-Credential", "AKID/20260101/us-west-2/dynamodb/aws4_request"},
                   {"X-Amz-Signature", "00"},
                   {"X-Amz-SignedHeaders", "host"},
                   {"X-Amz-Date", "20260101T120000Z"}};
  const auto authorization = read_authorization(request);
  REQUIRE(authorization.ok());
  CHECK(authorization->presigned);
  CHECK(authorization->access_key == "AKID");

  SECTION("missing parts are named") {
    request.query.erase("X-Amz-Signature");
    request.query.erase("X-Amz-Date");
    const auto refused = read_authorization(request);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == "IncompleteSignatureException");
    CHECK(refused.error().message ==
          "AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters "
          "must include 'X-Amz-Date'. Re-examine the query-string parameters.");
  }
  SECTION("but not beside one") {
    request.headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=a");
    const auto refused = read_authorization(request);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == "InvalidSignatureException");
    CHECK(refused.error().message ==
          "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
          "header.");
  }
}

TEST_CASE("no credentials, or none of version 4, are none at all", "[authorization]") {
  const HttpRequest request =
      GENERATE(with_headers({}), with_headers({{"Authorization", ""}}),
               with_headers({{"Authorization", "Basic dXNlcjpwYXNz"}}),
               with_headers({{"Authorization", "AWS3-HTTPS AWSAccessKeyId=x"}}));
  const auto refused = read_authorization(request);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "MissingAuthenticationTokenException");
  CHECK(refused.error().message == "Request is missing Authentication Token");
}

TEST_CASE("an incomplete header is told what it lacks", "[authorization]") {
  constexpr auto kNoDate =
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  const auto [header, dated, message] = GENERATE_COPY(table<std::string, bool, std::string>({
      {"AWS4-", true,
       "Authorization header requires 'Credential' parameter. Authorization header requires "
       "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
       "Authorization=AWS4-"},
      {"AWS4-HMAC-SHA256 Signature=b,    Credential=a", false,
       std::string("Authorization header requires 'SignedHeaders' parameter. ") + kNoDate +
           "Authorization=AWS4-HMAC-SHA256 Signature=b,    Credential=a"},
      {"AWS4-HMAC-SHA256 Signature=b,    Credential,    SignedHeaders", true,
       "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: "
       "'AWS4-HMAC-SHA256 Signature=b,    Credential,    SignedHeaders'."},
  }));
  HttpRequest request = with_headers({{"Authorization", header}});
  if (dated) request.headers.add("Date", "x");
  const auto refused = read_authorization(request);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "IncompleteSignatureException");
  CHECK(refused.error().message == message);
}

TEST_CASE("a good signature is believed", "[authorization]") {
  CHECK_FALSE(verdict(signed_request({})));
  CHECK_FALSE(verdict(signed_request({}), kNoon + 15min));
  CHECK_FALSE(verdict(signed_request({}), kNoon - 15min));
}

TEST_CASE("stale and early signatures are refused, to the second", "[authorization]") {
  const auto late = verdict(signed_request({}), kNoon + 15min + 1s);
  REQUIRE(late);
  CHECK(late->code == "InvalidSignatureException");
  CHECK(late->message ==
        "Signature expired: 20260101T120000Z is now earlier than 20260101T120001Z "
        "(20260101T121501Z - 15 min.)");
  const auto early = verdict(signed_request({}), kNoon - 15min - 1s);
  REQUIRE(early);
  CHECK(early->code == "InvalidSignatureException");
  CHECK(early->message ==
        "Signature not yet current: 20260101T120000Z is still later than 20260101T115959Z "
        "(20260101T114459Z + 15 min.)");
}

TEST_CASE("an unknown key is unrecognized", "[authorization]") {
  const auto refusal = verdict(signed_request({.access_key = "AKIDNOBODY"}));
  REQUIRE(refusal);
  CHECK(refusal->code == "UnrecognizedClientException");
  CHECK(refusal->message == "The security token included in the request is invalid.");
}

TEST_CASE("a wrong signature is refused", "[authorization]") {
  const auto refusal = verdict(signed_request({.secret_key = "Secret"}));
  REQUIRE(refusal);
  CHECK(refusal->code == "InvalidSignatureException");
  CHECK(refusal->message ==
        "The request signature we calculated does not match the signature you provided. Check your "
        "AWS Secret Access Key and signing method. Consult the service documentation for details.");

  SECTION("so is one over another body") {
    HttpRequest request = signed_request({});
    request.body = "{ }";
    const auto changed = verdict(request);
    REQUIRE(changed);
    CHECK(changed->code == "InvalidSignatureException");
  }
}

TEST_CASE("what is signed has to be the right thing", "[authorization]") {
  SECTION("with the host") {
    const auto refusal = verdict(signed_request({.signed_headers = {"x-amz-date"}}));
    REQUIRE(refusal);
    CHECK(refusal->message == "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  SECTION("with a date of the right form") {
    HttpRequest request = with_headers(
        {{"Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c"},
         {"Date", "Thu, 01 Jan 2026 12:00:00 GMT"}});
    const auto refusal = verdict(request);
    REQUIRE(refusal);
    CHECK(refusal->code == "IncompleteSignatureException");
    CHECK(refusal->message ==
          "Date must be in ISO-8601 'basic format'. Got 'Thu, 01 Jan 2026 12:00:00 GMT'. See "
          "http://en.wikipedia.org/wiki/ISO_8601");
  }
  SECTION("by the right algorithm") {
    const auto refusal = verdict(
        with_authorization("AWS4-HMAC-SHA25 Credential=a, SignedHeaders=host, Signature=c"));
    REQUIRE(refusal);
    CHECK(refusal->code == "IncompleteSignatureException");
    CHECK(refusal->message ==
          "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ");
  }
  SECTION("with a whole credential") {
    const auto refusal = verdict(
        with_authorization("AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=c"));
    REQUIRE(refusal);
    CHECK(refusal->code == "IncompleteSignatureException");
    CHECK(refusal->message ==
          "Credential must have exactly 5 slash-delimited elements, e.g. "
          "keyid/date/region/service/term, got 'a/b/c/d'");
  }
  SECTION("for the right service") {
    const auto refusal = verdict(signed_request({.service = "execute-api"}));
    REQUIRE(refusal);
    CHECK(refusal->code == "InvalidSignatureException");
    CHECK(refusal->message == "Credential should be scoped to correct service: 'dynamodb'. ");
  }
  SECTION("for the right day, place and service") {
    const auto refusal = verdict(with_authorization(
        "AWS4-HMAC-SHA256 Credential=a/b/c!/d/e, SignedHeaders=Host, Signature=c"));
    REQUIRE(refusal);
    CHECK(refusal->code == "InvalidSignatureException");
    CHECK(refusal->message ==
          "Credential should be scoped to a valid region, not 'c!'. Credential should be scoped to "
          "correct service: 'dynamodb'. Credential should be scoped with a valid terminator: "
          "'aws4_request', not 'e'. Date in Credential scope does not match YYYYMMDD from ISO-8601 "
          "version of date from HTTP: 'b' != '20260101', from '20260101T120000Z'.");
  }
}
