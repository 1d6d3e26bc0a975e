#include "harness/http/compression.h"

#include <catch2/catch.hpp>

using namespace dynadeck;

TEST_CASE("what gzip made, gunzip takes apart", "[compression]") {
  const std::string text = GENERATE(std::string(), std::string("{}"), std::string(100'000, 'a'));
  const auto back = gunzip(gzip(text), text.size());
  REQUIRE(back.ok());
  CHECK(*back == text);
}

TEST_CASE("gunzip stops at its bound", "[compression]") {
  const std::string bomb = gzip(std::string(10'000'000, '\0'));
  CHECK(bomb.size() < 100'000);
  CHECK(gunzip(bomb, 10'000'000).ok());
  const auto refused = gunzip(bomb, 9'999'999);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() == GunzipError::kTooLarge);
}

TEST_CASE("gunzip refuses what is not gzip, or not whole", "[compression]") {
  const std::string whole = gzip("some text that was compressed");
  const std::string bytes = GENERATE_COPY(std::string(), std::string("{}"),
                                          whole.substr(0, whole.size() - 1), whole + "garbage");
  const auto refused = gunzip(bytes, 1000);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() == GunzipError::kCorrupt);
}

TEST_CASE("members that follow each other are one text", "[compression]") {
  const auto both = gunzip(gzip("one, ") + gzip("two"), 100);
  REQUIRE(both.ok());
  CHECK(*both == "one, two");
}

TEST_CASE("crc32_of is the CRC-32 of AWS's captures", "[compression]") {
  CHECK(crc32_of("") == 0);
  CHECK(crc32_of("healthy: dynamodb.us-east-1.amazonaws.com ") == 3128867991U);
  CHECK(crc32_of("<UnknownOperationException/>\n") == 3552371480U);
}
