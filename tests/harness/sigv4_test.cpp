#include "harness/sigv4.h"

#include <catch2/catch.hpp>

using namespace dynadeck;

// Source: [doc] AWS Signature Version 4 test suite, and the guide's IAM ListUsers example.
namespace {

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

}  // namespace

TEST_CASE("the guide's signing key", "[sigv4]") {
  const sigv4::KeyScope scope{"20150830", "us-east-1", "iam"};
  const std::string key = sigv4::signing_key(kSecret, scope);
  constexpr std::string_view kToSign =
      "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
      "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
  CHECK(sigv4::signature(key, kToSign) ==
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST_CASE("the guide's canonical request", "[sigv4]") {
  HeaderList headers;
  headers.add("Host", "iam.amazonaws.com");
  headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  headers.add("X-Amz-Date", "20150830T123600Z");
  const std::vector<std::string> names = {"content-type", "host", "x-amz-date"};
  const std::string payload = sigv4::sha256_hex("");
  const std::string canonical = sigv4::canonical_request(
      {"GET", "/?Action=ListUsers&Version=2010-05-08", &headers, names, payload});
  CHECK(sigv4::sha256_hex(canonical) ==
        "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
}

// Source: [peer] botocore 1.43.11, SigV4Auth
TEST_CASE("botocore signs the same", "[sigv4]") {
  struct Case {
    std::string host, target, body, token, signature;
  };
  const Case given =
      GENERATE(Case{"localhost:8000", "/", R"({"TableName":"t"})", "",
                    "b302d30b8668694585a459549cb44544236cfd284492a7f0177d83a920257393"},
               Case{"localhost:8000", "/a%20b/x//y/../z/", "", "",
                    "75dc1087e48f8aea16cbf0731bf3e31a94bca96864d1467f426593c069d7e4e0"},
               Case{"localhost:8000", "/?b=2&a=1&a=0&empty=&sp=a%20b%2Fc", "{}", "",
                    "f609d236ed88df82da9a217cb8f202da7a3459bd0f0ebd3b77cde2e839244248"},
               Case{"dynamodb.eu-west-1.amazonaws.com", "/", "{}",
                    "AbC+/==", "0e8fb5cc55f93f3d78a742a58d6373c93a6817d01c0917e15012691a1722fa0c"});
  HeaderList headers;
  headers.add("Host", given.host);
  headers.add("X-Amz-Date", "20261122T214858Z");
  headers.add("X-Amz-Target", "DynamoDB_20120810.GetItem");
  std::vector<std::string> names = {"host", "x-amz-date", "x-amz-target"};
  if (!given.token.empty()) {
    headers.add("X-Amz-Meta", "  two   spaces  ");
    headers.add("X-Amz-Security-Token", given.token);
    names = {"host", "x-amz-date", "x-amz-meta", "x-amz-security-token", "x-amz-target"};
  }
  const std::string hash = sigv4::sha256_hex(given.body);
  CHECK_THAT(sigv4::authorization("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                  {"20261122", "eu-west-1", "dynamodb"}, "20261122T214858Z",
                                  {"POST", given.target, &headers, names, hash}),
             Catch::EndsWith(", Signature=" + given.signature));
}

TEST_CASE("escapes come back as they were", "[sigv4]") {
  CHECK(sigv4::uri_encode("a b/c~%", true) == "a%20b%2Fc~%25");
  CHECK(sigv4::uri_encode("a b/c~%", false) == "a%20b/c~%25");
  CHECK(sigv4::uri_decode("a%20b%2fc%zz%4") == "a b/c%zz%4");
}

TEST_CASE("texts are equal only where they are the same", "[sigv4]") {
  CHECK(sigv4::equal_in_constant_time("ab", "ab"));
  CHECK_FALSE(sigv4::equal_in_constant_time("ab", "ac"));
  CHECK_FALSE(sigv4::equal_in_constant_time("ab", "abc"));
}
