#include "harness/aws/sigv4.h"

#include <catch2/catch.hpp>
#include <cctype>
#include <set>

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

// Source: [peer] Python's hmac. A key longer than a block of the hash is hashed first.
TEST_CASE("secrets of any length", "[sigv4]") {
  const auto [size, expected] = GENERATE(table<std::size_t, std::string>(
      {{60, "5e650d36defdb37ba9aaf92b3a8fbbfada6b29b1083efd4e2d3e106a4fcc64d4"},
       {61, "537cfea98574f1ed9fb0b0d0044e19d03aa3011dc34a51fb6377036ad2cdea11"},
       {100, "39b8bb4634abc33b9c58cc7be6d61b847230e653b98e80b63a8620c5f19bd38f"}}));
  const std::string key =
      sigv4::signing_key(std::string(size, 's'), {"20150830", "us-east-1", "iam"});
  CHECK(sigv4::signature(key, "text") == expected);
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

// Source: [doc] AWS Signature Version 4 test suite (the name of a case is AWS's)
TEST_CASE("AWS's test suite signs the same", "[sigv4]") {
  struct Case {
    std::string name, method, target, body, signature;
    std::vector<std::pair<std::string, std::string>> more;  // headers; their names are signed
  };
  const std::string vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
  const Case given = GENERATE_COPY(
      Case{"get-vanilla", "GET", "/", "", vanilla, {}},
      Case{"get-slash", "GET", "//", "", vanilla, {}},
      Case{"get-slashes",
           "GET",
           "//example//",
           "",
           "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
           {}},
      Case{"get-relative", "GET", "/example/..", "", vanilla, {}},
      Case{"get-unreserved",
           "GET",
           "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
           "",
           "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
           {}},
      Case{"get-vanilla-query-order-key-case",
           "GET",
           "/?Param2=value2&Param1=value1",
           "",
           "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
           {}},
      Case{"get-vanilla-query-unreserved",
           "GET",
           "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz="
           "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
           "",
           "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
           {}},
      Case{"get-header-key-duplicate",
           "GET",
           "/",
           "",
           "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
           {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}}},
      Case{"get-header-value-order",
           "GET",
           "/",
           "",
           "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
           {{"My-Header1", "value4"},
            {"My-Header1", "value1"},
            {"My-Header1", "value3"},
            {"My-Header1", "value2"}}},
      Case{"get-header-value-trim",
           "GET",
           "/",
           "",
           "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
           {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}},
      Case{"post-vanilla",
           "POST",
           "/",
           "",
           "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
           {}},
      Case{"post-vanilla-query",
           "POST",
           "/?Param1=value1",
           "",
           "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
           {}},
      Case{"post-header-value-case",
           "POST",
           "/",
           "",
           "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
           {{"My-Header1", "VALUE1"}}},
      Case{"post-x-www-form-urlencoded",
           "POST",
           "/",
           "Param1=value1",
           "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
           {{"Content-Type", "application/x-www-form-urlencoded"}}});
  INFO(given.name);
  HeaderList headers;
  headers.add("Host", "example.amazonaws.com");
  headers.add("X-Amz-Date", "20150830T123600Z");
  std::set<std::string> signed_names = {"host", "x-amz-date"};
  for (const auto& [name, value] : given.more) {
    headers.add(name, value);
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    signed_names.insert(lower);
  }
  const std::vector<std::string> names(signed_names.begin(), signed_names.end());
  const std::string hash = sigv4::sha256_hex(given.body);
  CHECK_THAT(
      sigv4::authorization("AKIDEXAMPLE", kSecret, {"20150830", "us-east-1", "service"},
                           "20150830T123600Z", {given.method, given.target, &headers, names, hash}),
      Catch::EndsWith(", Signature=" + given.signature));
}
