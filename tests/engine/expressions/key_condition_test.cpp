#include "engine/expressions/conditions/key_condition.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/engine/expressions/support.h"

namespace dynadeck::engine {
namespace {

constexpr std::string_view kKeyPlaceholders = R"({
  "names": {"#pk": "pk"},
  "values": {":s": {"S": "x"}, ":t": {"S": "y"}, ":n": {"N": "5"}, ":b": {"B": "YQ=="},
             ":true": {"BOOL": true}, ":empty": {"S": ""}}})";

Result<KeyCondition> key_condition(std::string_view expression) {
  TestPlaceholders placeholders(kKeyPlaceholders);
  return compile_key_condition(expression, *placeholders);
}

const std::array<KeyAttribute, 1> kPartition = {{{"pk", Type::kString}}};
const std::array<KeyAttribute, 1> kSort = {{{"sk", Type::kString}}};
const KeyShape kTable = {kPartition, kSort};
const KeyShape kHashOnly = {kPartition, {}};

std::string bind_problem(std::string_view expression, const KeyShape& shape) {
  const Result<KeyCondition> condition = key_condition(expression);
  INFO(expression);
  REQUIRE(condition.ok());
  const Result<KeyRange> range = condition->bind(shape);
  REQUIRE_FALSE(range.ok());
  return range.error().message;
}

TEST_CASE("a key condition becomes a range of the key", "[engine]") {
  const auto [expression, comparison] = GENERATE(table<std::string, SortComparison>({
      {"pk = :s AND sk < :t", SortComparison::kLess},
      {"sk <= :t AND #pk = :s", SortComparison::kLessOrEqual},
      {"(pk = :s) AND (:t < sk)", SortComparison::kGreater},
      {"(:s = pk AND (:t <= sk))", SortComparison::kGreaterOrEqual},
      {"pk = :s AND sk BETWEEN :s AND :t", SortComparison::kBetween},
      {"pk = :s AND begins_with(sk, :t)", SortComparison::kBeginsWith},
  }));
  INFO(expression);
  const Result<KeyCondition> condition = key_condition(expression);
  REQUIRE(condition.ok());
  const Result<KeyRange> range = condition->bind(kTable);
  REQUIRE(range.ok());
  REQUIRE(range->partition.size() == 1);
  CHECK(range->partition.front().string() == "x");
  CHECK(range->sort_equal.empty());
  REQUIRE(range->sort.has_value());
  CHECK(range->sort->comparison == comparison);
}

TEST_CASE("an equal sort key is no range", "[engine]") {
  const Result<KeyCondition> condition = key_condition("pk = :s AND sk = :t");
  const Result<KeyRange> range = condition->bind(kTable);
  REQUIRE(range.ok());
  REQUIRE(range->sort_equal.size() == 1);
  CHECK(range->sort_equal.front().string() == "y");
  CHECK_FALSE(range->sort.has_value());
}

TEST_CASE("a key condition that cannot be is refused without a table", "[engine]") {
  const std::string invalid = "Invalid KeyConditionExpression: ";
  const auto [expression, expected] = GENERATE_COPY(table<std::string, std::string>({
      {"", invalid + "The expression can not be empty;"},
      {"((pk = :s))", invalid + "The expression has redundant parentheses;"},
      {"pk = :s OR sk = :t", "Invalid operator used in KeyConditionExpression: OR"},
      {"NOT pk = :s", "Invalid operator used in KeyConditionExpression: NOT"},
      {"pk <> :s", "Invalid operator used in KeyConditionExpression: <>"},
      {"pk IN (:s)", "Invalid operator used in KeyConditionExpression: IN"},
      {"attribute_exists(pk)", "Invalid operator used in KeyConditionExpression: attribute_exists"},
      {"contains(pk, :s)", "Invalid operator used in KeyConditionExpression: contains"},
      {"size(pk) = :n", invalid + "KeyConditionExpressions cannot contain nested operations"},
      {"pk = :s AND sk.a = :t",
       invalid + "KeyConditionExpressions cannot have conditions on nested attributes"},
      {"pk = sk",
       "Invalid condition in KeyConditionExpression: Multiple attribute names used in one "
       "condition"},
      {":s = :t", "Invalid condition in KeyConditionExpression: No key attribute specified"},
      {"pk = :s AND :s BETWEEN sk AND :t",
       "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute "
       "as its first operand"},
      {"pk = :s AND sk > :s AND sk < :t",
       invalid + "KeyConditionExpressions must only contain one condition per key"},
      {"pk = :s AND begins_with(sk, :n)",
       invalid +
           "Incorrect operand type for operator or function; operator or function: begins_with, "
           "operand type: N"},
      {"pk = :s AND :true >= sk",
       invalid + "Incorrect operand type for operator or function; operator or function: >=, "
                 "operand type: BOOL"},
  }));
  INFO(expression);
  const Result<KeyCondition> condition = key_condition(expression);
  REQUIRE_FALSE(condition.ok());
  CHECK(condition.error().message == expected);
}

TEST_CASE("a key condition that does not fit the key is refused", "[engine]") {
  const std::string type =
      "One or more parameter values were invalid: Condition parameter type does not match schema "
      "type";
  CHECK(bind_problem("sk = :s", kTable) == "Query condition missed key schema element: pk");
  CHECK(bind_problem("attr1 = :s", kTable) == "Query condition missed key schema element: pk");
  CHECK(bind_problem("pk = :s AND attr1 = :s", kTable) ==
        "Query condition missed key schema element: sk");
  CHECK(bind_problem("pk > :s", kTable) == "Query key condition not supported");
  CHECK(bind_problem("pk = :s AND sk > :s AND extra = :s", kTable) ==
        "The number of query conditions (3) exceeds the number of key attributes defined in the "
        "schema (2)");
  CHECK(bind_problem("pk = :s AND sk = :s", kHashOnly) ==
        "The number of query conditions (2) exceeds the number of key attributes defined in the "
        "schema (1)");
  CHECK(bind_problem("pk = :n", kTable) == type);
  CHECK(bind_problem("pk = :s AND sk = :true", kTable) == type);
  CHECK(bind_problem("pk = :s AND begins_with(sk, :b)", kTable) == type);
  CHECK(bind_problem("pk = :empty", kTable) ==
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
        "contain an empty string value. Key: pk");
}

TEST_CASE("an index's key may have several attributes of each kind", "[engine]") {
  const std::array<KeyAttribute, 2> kHash = {{{"h", Type::kString}, {"i", Type::kNumber}}};
  const std::array<KeyAttribute, 3> kRange = {
      {{"a", Type::kString}, {"b", Type::kString}, {"c", Type::kNumber}}};
  const KeyShape kIndex = {kHash, kRange};

  const Result<KeyCondition> whole = key_condition("b > :s AND h = :s AND a = :t AND i = :n");
  const Result<KeyRange> range = whole->bind(kIndex);
  REQUIRE(range.ok());
  CHECK(range->partition.size() == 2);
  CHECK(range->sort_equal.size() == 1);
  CHECK(range->sort->comparison == SortComparison::kGreater);
  CHECK(key_condition("h = :s AND i = :n")->bind(kIndex).ok());

  CHECK(bind_problem("h = :s AND a = :s", kIndex) ==
        "Query condition missed key schema element: i");
  CHECK(bind_problem("h = :s AND i = :n AND a = :s AND c = :n", kIndex) ==
        "RANGE key attributes b must have equality conditions specified in the query because a "
        "condition is present on key attribute c");
  CHECK(bind_problem("h = :s AND i = :n AND a > :s AND b = :s", kIndex) ==
        "RANGE key attributes a must have equality conditions specified in the query because a "
        "condition is present on key attribute b");
}

}  // namespace
}  // namespace dynadeck::engine
