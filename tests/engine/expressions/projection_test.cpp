#include "engine/expressions/projection.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/engine/expressions/support.h"

namespace dynadeck::engine {
namespace {

constexpr std::string_view kProjected =
    R"({"a":{"S":"1"},"doc":{"M":{"k":{"S":"v"},"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]},)"
    R"("z":{"M":{"q":{"S":"r"}}}}},"l":{"L":[{"S":"l0"},{"M":{"x":{"S":"y"},"w":{"S":"z"}}},)"
    R"({"S":"l2"}]},"z":{"N":"9"}})";

Result<Projection> projection_of(std::string_view expression) {
  TestPlaceholders placeholders(R"({"names":{"#a":"a","#b":"a","#doc":"doc"}})");
  return compile_projection(expression, *placeholders, ValueWording::kCurrent);
}

TEST_CASE("a projection keeps what its paths reach", "[engine]") {
  const auto [expression, expected] = GENERATE(table<std::string, std::string>({
      {"a", R"({"a":{"S":"1"}})"},
      {"z, a", R"({"a":{"S":"1"},"z":{"N":"9"}})"},
      {"#a", R"({"a":{"S":"1"}})"},
      {"nothing", "{}"},
      {"nothing.u.v, a.b, z[0]", "{}"},
      {"doc.k", R"({"doc":{"M":{"k":{"S":"v"}}}})"},
      {"#doc.z.q, doc.k", R"({"doc":{"M":{"k":{"S":"v"},"z":{"M":{"q":{"S":"r"}}}}}})"},
      {"doc.nothing", "{}"},
      {"l[2], l[0]", R"({"l":{"L":[{"S":"l0"},{"S":"l2"}]}})"},
      {"l[1].w", R"({"l":{"L":[{"M":{"w":{"S":"z"}}}]}})"},
      {"l[7]", "{}"},
      {"l[0], l[7]", R"({"l":{"L":[{"S":"l0"}]}})"},
      {"doc.l[2]", R"({"doc":{"M":{"l":{"L":[{"N":"2"}]}}}})"},
      {"doc[0]", "{}"},
  }));
  INFO(expression);
  const Result<Projection> projection = projection_of(expression);
  REQUIRE(projection.ok());
  const std::string item = item_from(kProjected);
  CHECK(json_of(ItemView(projection->project(ItemView(item)))) == expected);
}

TEST_CASE("a projection knows the attributes that it needs", "[engine]") {
  const Result<Projection> projection = projection_of("z, doc.k, doc.l[0], a");
  REQUIRE(projection.ok());
  const auto attributes = projection->attributes();
  CHECK(std::vector<std::string>(attributes.begin(), attributes.end()) ==
        std::vector<std::string>{"a", "doc", "z"});
}

TEST_CASE("a projection of nothing that exists is an empty item", "[engine]") {
  CHECK(json_of(ItemView(projection_of("a")->project(ItemView()))) == "{}");
}

TEST_CASE("a projection that cannot be is refused", "[engine]") {
  const auto [expression, expected] = GENERATE(table<std::string, std::string>({
      {"", "The expression can not be empty;"},
      {"!!! INVALID !!!", "Syntax error; token: \"!\", near: \"!!\""},
      {"a,", "Syntax error; token: \"<EOF>\", near: \",\""},
      {"a b", "Syntax error; token: \"b\", near: \"a b\""},
      {"size(a)", "Syntax error; token: \"(\", near: \"size(a\""},
      {"name", "Attribute name is a reserved keyword; reserved keyword: name"},
      {"#undefined",
       "An expression attribute name used in the document path is not defined; attribute name: "
       "#undefined"},
      {"a, a",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path one: [a], path two: [a]"},
      {"#a, #b",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path one: [a], path two: [a]"},
      {"a, a.b",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path one: [a], path two: [a, b]"},
      {"a.b[3], a.b[3].c",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path one: [a, b, [3]], path two: [a, b, [3], c]"},
      {"a.b, a[1]",
       "Two document paths conflict with each other; must remove or rewrite one of these paths; "
       "path one: [a, b], path two: [a, [1]]"},
  }));
  INFO(expression);
  const Result<Projection> projection = projection_of(expression);
  REQUIRE_FALSE(projection.ok());
  CHECK(projection.error().message == "Invalid ProjectionExpression: " + expected);
}

}  // namespace
}  // namespace dynadeck::engine
