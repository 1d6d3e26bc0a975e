#include "cassettes/json/text.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace dynadeck::cassettes;

namespace {

bool is_json(std::string_view text) {
  JsonCursor cursor(text);
  std::string_view raw;
  if (!cursor.value(raw)) return false;
  cursor.skip_space();
  return cursor.at_end();
}

}  // namespace

TEST_CASE("what is JSON is passed", "[cassettes]") {
  const auto text =
      GENERATE(as<std::string>{}, "{}", "[]", "0", "-0.5e+10", "true", "false", "null", R"("")",
               R"({"a":[1,{"b":null}],"c":"\u00e9\n\"\\"})", " [ 1 , 2 ] ",
               "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 and eight more bytes\"");
  CHECK(is_json(text));
}

TEST_CASE("what is not JSON is refused", "[cassettes]") {
  const auto text =
      GENERATE(as<std::string>{}, "", "{", "}", "[1,]", R"({"a":1,})", R"({"a"})", R"({a:1})", "01",
               "1.", ".5", "1e", "+1", "tru", "nulll", R"("a)", "\"\n\"", R"("\x")", R"("\u12g4")",
               "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "[1 2]",
               R"({"a":1 "b":2})", "\"12345678\x01\"", "[", "[[", R"({"a":)");
  INFO(text);
  CHECK_FALSE(is_json(text));
}

TEST_CASE("nesting is limited", "[cassettes]") {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  CHECK(is_json(nested(kMaxJsonDepth)));
  CHECK_FALSE(is_json(nested(100'000)));
}

TEST_CASE("members are cut out as they stand", "[cassettes]") {
  const std::string object = R"({ "a" : 1.50 , "b\u0063" : [ 1,  2 ] ,"d":"x\"y"})";
  CHECK(find_member(object, "a") == "1.50");
  CHECK(find_member(object, "bc") == "[ 1,  2 ]");
  CHECK(string_value(find_member(object, "d")) == "x\"y");
  CHECK(find_member(object, "e").empty());
  CHECK(find_member("[1]", "a").empty());

  std::vector<std::string> elements;
  CHECK(for_each_element(find_member(object, "bc"), [&](std::string_view raw) {
    elements.emplace_back(raw);
    return true;
  }));
  CHECK(elements == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a quoted text comes back", "[cassettes]") {
  const auto text = GENERATE(as<std::string>{}, "", "plain", "a\"b\\c\n\r\t\b\f\x01\x1f end",
                             "\xf0\x9f\x98\x80", std::string("nul \0 inside", 12));
  std::string quoted;
  append_quoted(quoted, text);
  CHECK(is_json(quoted));
  CHECK(string_value(quoted) == text);
}

TEST_CASE("escapes beyond the first plane are joined", "[cassettes]") {
  CHECK(string_value(R"("\ud83d\ude00")") == "\xf0\x9f\x98\x80");
  CHECK(string_value(R"("\ud83d")") == "\xef\xbf\xbd");
  CHECK(string_value(R"("\ude00x")") == "\xef\xbf\xbdx");
}
