#include "engine/expressions/updates/update.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>

#include "tests/engine/expressions/support.h"

namespace dynadeck::engine {
namespace {

constexpr std::string_view kUpdatePlaceholders = R"({
  "names": {"#n": "n", "#new": "new"},
  "values": {":s": {"S": "x"}, ":n": {"N": "5"}, ":big": {"N": "9E125"}, ":tiny": {"N": "1E-130"},
             ":ss": {"SS": ["b", "c"]}, ":all": {"SS": ["a", "b"]}, ":ns": {"NS": ["1"]},
             ":l": {"L": [{"S": "y"}]}, ":m": {"M": {"k": {"S": "v"}}}, ":true": {"BOOL": true}}})";

constexpr std::string_view kUpdated =
    R"({"pk":{"S":"key"},"n":{"N":"10"},"s":{"S":"text"},"ss":{"SS":["a","b"]},)"
    R"("l":{"L":[{"S":"0"},{"S":"1"},{"L":[{"S":"in"}]}]},"m":{"M":{"a":{"N":"1"},)"
    R"("b":{"M":{"c":{"S":"d"}}}}}})";

Result<Update> update_of(std::string_view expression) {
  TestPlaceholders placeholders(kUpdatePlaceholders);
  return compile_update(expression, *placeholders);
}

Result<std::string> applied(std::string_view expression, std::string_view item) {
  const Result<Update> update = update_of(expression);
  INFO(expression);
  INFO((update.ok() ? "" : update.error().message));
  REQUIRE(update.ok());
  const std::string before = item_from(item);
  return update->apply(ItemView(before));
}

// Only the attributes that the expression touches.
std::string touched_after(std::string_view expression) {
  const Result<std::string> after = applied(expression, kUpdated);
  INFO((after.ok() ? "" : after.error().message));
  REQUIRE(after.ok());
  return json_of(ItemView(update_of(expression)->touched()->project(ItemView(after.value()))));
}

TEST_CASE("an update does what its expression says", "[engine]") {
  const auto [expression, expected] = GENERATE(table<std::string, std::string>({
      {"SET s = :s", R"({"s":{"S":"x"}})"},
      {"set #new = :m", R"({"new":{"M":{"k":{"S":"v"}}}})"},
      {"SET n = n + :n", R"({"n":{"N":"15"}})"},
      {"SET n = :n - n", R"({"n":{"N":"-5"}})"},
      {"SET n = (n + :n)", R"({"n":{"N":"15"}})"},
      {"SET n = if_not_exists(n, :n)", R"({"n":{"N":"10"}})"},
      {"SET k = if_not_exists(k, :n)", R"({"k":{"N":"5"}})"},
      {"SET k = if_not_exists(k, :n) + :n", R"({"k":{"N":"10"}})"},
      {"SET k = list_append(l, :l)",
       R"({"k":{"L":[{"S":"0"},{"S":"1"},{"L":[{"S":"in"}]},{"S":"y"}]}})"},
      {"SET k = list_append(if_not_exists(k, :l), :l)", R"({"k":{"L":[{"S":"y"},{"S":"y"}]}})"},
      {"SET n = s, s = n", R"({"n":{"S":"text"},"s":{"N":"10"}})"},
      {"SET m.a = m.a + :n", R"({"m":{"M":{"a":{"N":"6"}}}})"},
      {"SET m.fresh = :s", R"({"m":{"M":{"fresh":{"S":"x"}}}})"},
      {"SET m.b.c = :s, m.b.e = m.a", R"({"m":{"M":{"b":{"M":{"c":{"S":"x"},"e":{"N":"1"}}}}}})"},
      {"SET l[1] = :s", R"({"l":{"L":[{"S":"x"}]}})"},
      {"SET l[2][0] = :s", R"({"l":{"L":[{"L":[{"S":"x"}]}]}})"},
      {"REMOVE s, absent", "{}"},
      {"REMOVE m.b, m.nothing", "{}"},
      {"ADD n :n", R"({"n":{"N":"15"}})"},
      {"ADD k :n", R"({"k":{"N":"5"}})"},
      {"ADD ss :ss", R"({"ss":{"SS":["a","b","c"]}})"},
      {"ADD m.members :ss", R"({"m":{"M":{"members":{"SS":["b","c"]}}}})"},
      {"DELETE ss :ss", R"({"ss":{"SS":["a"]}})"},
      {"DELETE ss :all", "{}"},
      {"DELETE absent :ss", "{}"},
      {"SET s = :s REMOVE n ADD k :n DELETE ss :ss",
       R"({"k":{"N":"5"},"s":{"S":"x"},"ss":{"SS":["a"]}})"},
  }));
  INFO(expression);
  CHECK(touched_after(expression) == expected);
}

TEST_CASE("positions in lists are those before the update", "[engine]") {
  const std::string before =
      R"({"l":{"L":[{"S":"0"},{"S":"1"},{"S":"2"},{"L":[{"S":"30"},{"S":"31"}]}]},"pk":{"S":"k"}})";
  const auto [expression, list] = GENERATE(table<std::string, std::string>({
      {"REMOVE l[0], l[1]", R"([{"S":"2"},{"L":[{"S":"30"},{"S":"31"}]}])"},
      {"REMOVE l[0] SET l[1] = :s", R"([{"S":"x"},{"S":"2"},{"L":[{"S":"30"},{"S":"31"}]}])"},
      {"SET l[9] = :s, l[7] = :n",
       R"([{"S":"0"},{"S":"1"},{"S":"2"},{"L":[{"S":"30"},{"S":"31"}]},{"N":"5"},{"S":"x"}])"},
      {"REMOVE l[0], l[3][0] SET l[5] = :s",
       R"([{"S":"1"},{"S":"2"},{"L":[{"S":"31"}]},{"S":"x"}])"},
      {"REMOVE l[8]", R"([{"S":"0"},{"S":"1"},{"S":"2"},{"L":[{"S":"30"},{"S":"31"}]}])"},
  }));
  INFO(expression);
  CHECK(json_of(ItemView(applied(expression, before).value())) ==
        R"({"l":{"L":)" + list + R"(},"pk":{"S":"k"}})");
}

TEST_CASE("what an update does not touch stays as it was", "[engine]") {
  const std::string before = item_from(kUpdated);
  CHECK(Update().apply(ItemView(before)).value() == before);
  CHECK(Update().touched() == nullptr);
  CHECK(applied("SET s = s", kUpdated).value() == before);
  CHECK(json_of(ItemView(applied("SET a = :s, z = :s", R"({"m":{"N":"1"}})").value())) ==
        R"({"a":{"S":"x"},"m":{"N":"1"},"z":{"S":"x"}})");
}

TEST_CASE("an update that does not fit the item is refused", "[engine]") {
  const std::string type = "An operand in the update expression has an incorrect data type";
  const std::string path =
      "The document path provided in the update expression is invalid for update";
  const std::string missing =
      "The provided expression refers to an attribute that does not exist in the item";
  const auto [expression, expected] = GENERATE_COPY(table<std::string, std::string>({
      {"SET n = s + :n", type},
      {"SET k = list_append(s, :l)", type},
      {"SET k = absent", missing},
      {"SET k = absent + :n", missing},
      {"SET k = list_append(absent, :l)", missing},
      {"SET absent.a = :s", path},
      {"SET s.a = :s", path},
      {"SET m[0] = :s", path},
      {"SET l.a = :s", path},
      {"SET l[7][0] = :s", path},
      {"REMOVE absent.a", path},
      {"REMOVE s[0]", path},
      {"ADD s :n", type},
      {"ADD n :ss", type},
      {"ADD ss :ns", type},
      {"DELETE ss :ns", type},
      {"DELETE n :ss", type},
      {"ADD absent.a :n", path},
      // What comes first when several things are wrong.
      {"SET k = absent, n = s + :n", type},
      {"SET k = absent REMOVE nowhere.a", path},
      {"SET n = n + :tiny", "Attempting to store more than 38 significant digits in a Number"},
      {"SET n = :big + :big",
       "Number overflow. Attempting to store a number with magnitude larger than supported range"},
  }));
  INFO(expression);
  const Result<std::string> after = applied(expression, kUpdated);
  if (expected.starts_with("Attempting")) {
    REQUIRE_FALSE(after.ok());
    CHECK(after.error().message == expected);
    return;
  }
  REQUIRE_FALSE(after.ok());
  CHECK(after.error().message == expected);
}

TEST_CASE("an update expression that cannot be is refused", "[engine]") {
  const auto [expression, expected] = GENERATE(table<std::string, std::string>({
      {"", "The expression can not be empty;"},
      {"INVALID SYNTAX HERE", "Syntax error; token: \"INVALID\", near: \"INVALID SYNTAX\""},
      {"SET", "Syntax error; token: \"<EOF>\", near: \"SET\""},
      {"SET s", "Syntax error; token: \"<EOF>\", near: \"s\""},
      {"SET my-attr = :s", "Syntax error; token: \"-\", near: \"my-attr\""},
      {"SET s = :s,", "Syntax error; token: \"<EOF>\", near: \",\""},
      {"SET s = :s AND n = :n", "Syntax error; token: \"AND\", near: \":s AND n\""},
      {"SET s = :s + :n + :n", "Syntax error; token: \"+\", near: \":n + :n\""},
      {"ADD s s", "Syntax error; token: \"s\", near: \"s s\""},
      {"SET name = :s", "Attribute name is a reserved keyword; reserved keyword: name"},
      {"SET s = nope(:s)", "Invalid function name; function: nope"},
      {"SET s = size(l)", "The function is not allowed in an update expression; function: size"},
      {"SET s = :s SET n = :n",
       "The \"SET\" section can only be used once in an update expression;"},
      {"SET #undefined = :s",
       "An expression attribute name used in the document path is not defined; attribute name: "
       "#undefined"},
      {"SET s = :undefined",
       "An expression attribute value used in expression is not defined; attribute value: "
       ":undefined"},
      {"SET s = :s, s = :n",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path one: [s], path two: [s]"},
      {"SET m.a = :s REMOVE m",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path one: [m, a], path two: [m]"},
      {"SET m.a = :s, m[0] = :s",
       "Two document paths conflict with each other; must remove or rewrite one of these paths; "
       "path one: [m, a], path two: [m, [0]]"},
      {"SET n = n + :s",
       "Incorrect operand type for operator or function; operator or function: +, operand type: "
       "S"},
      {"SET l = list_append(l, :n)",
       "Incorrect operand type for operator or function; operator or function: list_append, "
       "operand type: N"},
      {"SET n = if_not_exists(n)",
       "Incorrect number of operands for operator or function; operator or function: "
       "if_not_exists, number of operands: 1"},
      {"SET n = if_not_exists(:n, :n)",
       "Operator or function requires a document path; operator or function: if_not_exists"},
      {"ADD s :s",
       "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, "
       "typeSet: ALLOWED_FOR_ADD_OPERAND"},
      {"DELETE n :n",
       "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, "
       "typeSet: ALLOWED_FOR_DELETE_OPERAND"},
  }));
  INFO(expression);
  const Result<Update> update = update_of(expression);
  REQUIRE_FALSE(update.ok());
  CHECK(update.error().message == "Invalid UpdateExpression: " + expected);
}

TEST_CASE("an update must not touch the key", "[engine]") {
  constexpr std::array<std::string_view, 2> kKey = {"pk", "sk"};
  const Result<Update> update = update_of("SET s = :s REMOVE sk.a");
  REQUIRE(update.ok());
  CHECK(update->check_keys(kKey).error().message ==
        "One or more parameter values were invalid: Cannot update attribute sk. This attribute is "
        "part of the key");
  CHECK(update_of("SET s = pk")->check_keys(kKey).ok());
}

}  // namespace
}  // namespace dynadeck::engine
