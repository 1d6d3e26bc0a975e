#include "cassettes/json/base64.h"

#include <catch2/catch.hpp>
#include <string>

using namespace dynadeck::cassettes;

TEST_CASE("base64 goes both ways", "[cassettes]") {
  const auto bytes =
      GENERATE(as<std::string>{}, "", "a", "ab", "abc", std::string("\x00\xff\x80", 3), "abcd");
  std::string text;
  append_base64(text, bytes);
  std::string back;
  REQUIRE(append_from_base64(back, text));
  CHECK(back == bytes);
}

TEST_CASE("what is no base64 is refused", "[cassettes]") {
  const auto text = GENERATE(as<std::string>{}, "a", "ab=c", "====", "a===", "ab!=", "ab==cdef");
  std::string out;
  CHECK_FALSE(append_from_base64(out, text));
}
