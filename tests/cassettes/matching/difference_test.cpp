// What differs between two requests, as people read it.
#include "cassettes/matching/difference.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace dynadeck::cassettes;
using Lines = std::vector<std::string>;

TEST_CASE("a difference names its place and both sides", "[cassettes]") {
  const auto [asked, recorded, lines] = GENERATE(table<std::string, std::string, Lines>({
      {R"({"Key":{"id":{"S":"b"}}})",
       R"({"Key":{"id":{"S":"a"}}})",
       {R"($.Key.id.S: asked "b", recorded "a")"}},
      {R"({"a":1})",
       R"({"b":[2]})",
       {"$.a: asked 1, recorded nothing", "$.b: asked nothing, recorded [2]"}},
      // What matching does not distinguish.
      {R"({"n":{"N":"1.0"},"s":{"NS":["2","3.50"]},"l":{"L":[{"N":"1e1"}]}})",
       R"({"s":{"NS":["3.5","2.0"]},"l":{"L":[{"N":"10"}]},"n":{"N":"1"}})",
       {}},
      // Of a set its members, by their values.
      {R"({"t":{"SS":["a","b","c"]},"n":{"NS":["1","2"]}})",
       R"({"t":{"SS":["c","a","x"]},"n":{"NS":["2.0"]}})",
       {R"($.n.NS: only asked ["1"])", R"($.t.SS: only asked ["b"], only recorded ["x"])"}},
      // Another type is one difference.
      {R"({"Item":{"v":{"N":"1"}}})",
       R"({"Item":{"v":{"M":{"a":{"S":"x"}}}}})",
       {R"($.Item.v: asked {"N":"1"}, recorded {"M":{"a":{"S":"x"}}})"}},
      // An element too many is one difference.
      {R"({"L":[{"S":"a"},{"S":"new"},{"S":"b"},{"S":"c"}]})",
       R"({"L":[{"S":"a"},{"S":"b"},{"S":"c"}]})",
       {R"($.L[1]: asked {"S":"new"}, recorded nothing)"}},
      {R"({"L":[{"S":"a"}]})",
       R"({"L":[{"S":"a"},{"S":"a"}]})",
       {R"($.L[1]: asked nothing, recorded {"S":"a"})"}},
      {R"({"a b":1})", R"({"a b":2})", {"$['a b']: asked 1, recorded 2"}},
      {"{no", "{json", {"$: asked {no, recorded {json"}},
  }));
  CAPTURE(asked, recorded);
  CHECK(differences(asked, recorded) == lines);
  CHECK(count_differences(asked, recorded, 100) == lines.size());
}

TEST_CASE("of long texts the first difference is shown", "[cassettes]") {
  const std::string long_start(500, 'a');
  const auto body = [&](const std::string& end) {
    return R"({"UpdateExpression":")" + long_start + "\xC3\xA9" + end + "\"}";
  };
  const Lines lines = differences(body("SET x"), body("ADD x"));
  REQUIRE(lines.size() == 1);
  const std::string before = "..." + std::string(38, 'a') + "\xC3\xA9";
  CHECK(lines[0] ==
        "$.UpdateExpression: asked \"" + before + "SET x\", recorded \"" + before + "ADD x\"");
  // One is the start of the other.
  CHECK(differences(body("SET x"), body("SET x, y"))[0].find("SET x, y") != std::string::npos);
}

TEST_CASE("what there is no room for is counted", "[cassettes]") {
  std::string asked = "{";
  for (int i = 0; i < 30; ++i) asked += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  asked += "}";
  const Lines few = differences(asked, "{}", "asked", "recorded", {3, 120});
  REQUIRE(few.size() == 4);
  CHECK(few.back() == "and 27 places more");
  CHECK(differences(asked, "{}", "asked", "recorded", {200, 120}).size() == 30);
  // It stops looking soon after.
  CHECK(count_differences(asked, "{}", 5) > 5);
}
