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
