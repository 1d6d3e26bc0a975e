#include "engine/expressions/conditions/condition.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/engine/expressions/support.h"

namespace dynadeck::engine {
namespace {

// Names and values that every expression here may use.
constexpr std::string_view kPlaceholders = R"({
  "names": {"#n": "name", "#s": "size", "#dotted": "a.b", "#e": "missing"},
  "values": {":s": {"S": "abc"}, ":s2": {"S": "abd"}, ":empty": {"S": ""}, ":n": {"N": "5"},
             ":n2": {"N": "10"}, ":n3": {"N": "5.0"}, ":b": {"B": "YWJj"}, ":true": {"BOOL": true},
             ":null": {"NULL": true}, ":ss": {"SS": ["b", "a"]}, ":ns": {"NS": ["2", "1"]},
             ":l": {"L": [{"S": "x"}]}, ":m": {"M": {"k": {"S": "v"}}}, ":x": {"S": "x"},
             ":tS": {"S": "S"}, ":tM": {"S": "M"}, ":bad": {"S": "Q"}, ":three": {"N": "3"}}})";

constexpr std::string_view kItem = R"({
  "pk": {"S": "abc"}, "num": {"N": "5"}, "bin": {"B": "YWJj"}, "yes": {"BOOL": true},
  "nil": {"NULL": true}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]},
  "li": {"L": [{"S": "x"}, {"M": {"y": {"N": "7"}}}]},
  "doc": {"M": {"k": {"S": "v"}, "deep": {"M": {"n": {"N": "5"}}}}},
  "size": {"N": "1"}, "name": {"S": "n"}, "a.b": {"S": "dot"}, "uni": {"S": "a\u00e9\ud83d\ude00"}})";

Result<Condition> compile(std::string_view expression) {
  TestPlaceholders placeholders(kPlaceholders);
  return compile_condition(expression, "ConditionExpression", *placeholders,
                           ValueWording::kCurrent);
}

std::string problem(std::string_view expression) {
  const Result<Condition> condition = compile(expression);
  INFO(expression);
  REQUIRE_FALSE(condition.ok());
  CHECK(condition.error().code == "ValidationException");
  const std::string prefix = "Invalid ConditionExpression: ";
  REQUIRE(condition.error().message.starts_with(prefix));
  return condition.error().message.substr(prefix.size());
}

TEST_CASE("conditions hold or not", "[engine]") {
  const auto [expression, expected] = GENERATE(table<std::string, bool>({
      {"pk = :s", true},
      {"pk <> :s", false},
      {"pk <> :s2", true},
      {"#e <> :s", true},
      {"#e = :s", false},
      {":s = pk", true},
      {"pk < :s2", true},
      {"pk > :s2", false},
      {"pk <= :s", true},
      {"pk >= :s", true},
      {"num = :n3", true},
      {"num < :n2", true},
      {":n2 > num", true},
      {"num < :s", false},
      {"num > :s", false},
      {"ss = :ss", true},
      {"ns = :ns", true},
      {"li = :l", false},
      {"li[0] = :x", true},
      {"li[1].y > :n", true},
      {"li[9] = :x", false},
      {"doc.k = :x", false},
      {"doc.deep.n = :n", true},
      {"doc.deep.n.x = :n", false},
      {"pk.k = :s", false},
      {"#dotted = :s", false},
      {"attribute_exists(pk)", true},
      {"attribute_exists(#e)", false},
      {"attribute_not_exists(#e)", true},
      {"attribute_not_exists(doc.k)", false},
      {"attribute_exists(li[1].y)", true},
      {"attribute_type(pk, :tS)", true},
      {"attribute_type(doc, :tM)", true},
      {"attribute_type(num, :tS)", false},
      {"attribute_type(#e, :tS)", false},
      {"begins_with(pk, :empty)", true},
      {"begins_with(pk, :s)", true},
      {"begins_with(pk, :s2)", false},
      {"begins_with(bin, :b)", true},
      {"begins_with(num, :s)", false},
      {"contains(pk, :empty)", true},
      {"contains(pk, :x)", false},
      {"contains(ss, :x)", false},
      {"contains(ns, :n)", false},
      {"contains(li, :x)", true},
      {"contains(:s, pk)", true},
      {"contains(:ss, pk)", false},
      {"size(pk) = :three", true},
      {"size(uni) = :n", false},
      {"size(li) < :three", true},
      {"size(num) = :three", false},
      {"size(#e) < :three", false},
      {"num BETWEEN :n AND :n2", true},
      {"num between :three and :n", true},
      {":n BETWEEN num AND :n2", true},
      {"num BETWEEN :s AND :s2", false},
      {"pk IN (:s)", true},
      {"pk IN (:x, :s2, :s)", true},
      {"num in (:x, :s)", false},
      {"#e IN (:s)", false},
      {"NOT pk = :s", false},
      {"not not pk = :s", true},
      {"pk = :x OR num = :n", true},
      {"pk = :x AND num = :n", false},
      {"pk = :s OR pk = :x AND num = :x", true},
      {"(pk = :s OR pk = :x) AND num = :x", false},
      {"NOT (pk = :x) AND (num = :n)", true},
      {"(pk) = (:s)", true},
      {"(size(pk)) = :three", true},
      {"yes = :true AND nil = :null AND doc <> :m", true},
      {"\tpk\n=\r:s ", true},
  }));
  INFO(expression);
  const Result<Condition> condition = compile(expression);
  INFO((condition.ok() ? "" : condition.error().message));
  REQUIRE(condition.ok());
  CHECK(condition->matches(ItemView(item_from(kItem))) == expected);
}

TEST_CASE("an item that does not exist has no attributes", "[engine]") {
  CHECK(compile("attribute_not_exists(pk)")->matches(ItemView()));
  CHECK_FALSE(compile("attribute_exists(pk)")->matches(ItemView()));
  CHECK_FALSE(compile("pk = :s")->matches(ItemView()));
}

TEST_CASE("a condition knows the attributes that it looks at", "[engine]") {
  const Result<Condition> condition =
      compile("(doc.k = :s OR li[0] = :x) AND size(pk) < :n AND NOT pk = :s");
  REQUIRE(condition.ok());
  const auto attributes = condition->attributes();
  CHECK(std::vector<std::string>(attributes.begin(), attributes.end()) ==
        std::vector<std::string>{"doc", "li", "pk"});
  const auto nested = condition->nested_attributes();
  CHECK(std::vector<std::string>(nested.begin(), nested.end()) ==
        std::vector<std::string>{"doc", "li"});
}

TEST_CASE("a syntax error names the token and what is near it", "[engine]") {
  const auto [expression, token, near] = GENERATE(table<std::string, std::string, std::string>({
      {"INVALID SYNTAX HERE", "SYNTAX", "INVALID SYNTAX HERE"},
      {"pk", "<EOF>", "pk"},
      {"pk =", "<EOF>", "="},
      {"pk = = :s", "=", "= = :s"},
      {"attribute_not_exists(", "<EOF>", "("},
      {"!!! x", "!", "!!"},
      {"pk = :s AND", "<EOF>", "AND"},
      {"pk = :s pk", "pk", ":s pk"},
      {"my-attr = :s", "-", "my-attr"},
      {"1a = :s", "1", "1a"},
      {"pk = :", ":", "= :"},
      {"li[a] = :s", "a", "[a]"},
      {"li[-1] = :s", "-", "[-1"},
      {"li[01] = :s", "1", "01]"},
      {"(pk = :s", "<EOF>", ":s"},
      {"pk = :s)", ")", ":s)"},
      {"pk IN :s", ":s", "IN :s"},
      {"pk IN ()", ")", "()"},
      {"pk BETWEEN :s OR :s2", "OR", ":s OR :s2"},
      {"and = :s", "and", "and ="},
      {"(pk) AND num = :n", "AND", ") AND num"},
  }));
  CHECK(problem(expression) == "Syntax error; token: \"" + token + "\", near: \"" + near + "\"");
}

TEST_CASE("a condition that cannot be is refused before any item is read", "[engine]") {
  const auto [expression, expected] = GENERATE(table<std::string, std::string>({
      {"", "The expression can not be empty;"},
      {"((pk = :s))", "The expression has redundant parentheses;"},
      {"pk = ((:s))", "The expression has redundant parentheses;"},
      {"size = :s", "Attribute name is a reserved keyword; reserved keyword: size"},
      {"doc.Status = :s", "Attribute name is a reserved keyword; reserved keyword: Status"},
      {"li[99999999999] = :s",
       "List index is not within the allowable range; index: [99999999999]"},
      {"#undefined = :s",
       "An expression attribute name used in the document path is not defined; attribute name: "
       "#undefined"},
      {"pk = :undefined",
       "An expression attribute value used in expression is not defined; attribute value: "
       ":undefined"},
      {"nope(pk)", "Invalid function name; function: nope"},
      {"Size(pk) = :n", "Invalid function name; function: Size"},
      {"if_not_exists(pk, :s) = :s",
       "The function is not allowed in a condition expression; function: if_not_exists"},
      {"size(pk)",
       "The function is not allowed to be used this way in an expression; function: size"},
      {"pk = begins_with(pk, :s)",
       "The function is not allowed to be used this way in an expression; function: begins_with"},
      {"attribute_exists(pk, num)",
       "Incorrect number of operands for operator or function; operator or function: "
       "attribute_exists, number of operands: 2"},
      {"begins_with(pk)",
       "Incorrect number of operands for operator or function; operator or function: begins_with, "
       "number of operands: 1"},
      {"attribute_exists(:s)",
       "Operator or function requires a document path; operator or function: attribute_exists"},
      {"begins_with(pk, :n)",
       "Incorrect operand type for operator or function; operator or function: begins_with, "
       "operand type: N"},
      {"pk < :ss",
       "Incorrect operand type for operator or function; operator or function: <, operand type: "
       "SS"},
      {":true >= pk",
       "Incorrect operand type for operator or function; operator or function: >=, operand type: "
       "BOOL"},
      {"pk BETWEEN :l AND :m",
       "Incorrect operand type for operator or function; operator or function: BETWEEN, operand "
       "type: L"},
      {"pk BETWEEN :s AND :n",
       "The BETWEEN operator requires same data type for lower and upper bounds; lower bound "
       "operand: AttributeValue: {S:abc}, upper bound operand: AttributeValue: {N:5}"},
      {"pk BETWEEN :s2 AND :s",
       "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
       "lower bound operand: AttributeValue: {S:abd}, upper bound operand: AttributeValue: "
       "{S:abc}"},
      {"attribute_type(pk, :n)",
       "Incorrect operand type for operator or function; operator or function: attribute_type, "
       "operand type: N"},
      {"attribute_type(pk, :bad)",
       "Invalid attribute type name found; type: Q, valid types: "
       "{N,BS,L,B,NULL,M,S,SS,NS,BOOL}"},
      {"size(:n) = :n",
       "Incorrect operand type for operator or function; operator or function: size, operand "
       "type: N"},
      {"pk = pk",
       "The first operand must be distinct from the remaining operands for this operator or "
       "function; operator: =, first operand: [pk]"},
      {"contains(doc.k, doc.k)",
       "The first operand must be distinct from the remaining operands for this operator or "
       "function; operator: contains, first operand: [doc, k]"},
      {"li[0] IN (:x, li[0])",
       "The first operand must be distinct from the remaining operands for this operator or "
       "function; operator: IN, first operand: [li, [0]]"},
      // What comes first when several things are wrong.
      {"pk = :undefined AND size = :s",
       "Attribute name is a reserved keyword; reserved keyword: size"},
      {"pk = :undefined AND begins_with(pk, :n)",
       "An expression attribute value used in expression is not defined; attribute value: "
       ":undefined"},
      {"begins_with(pk, :n) AND pk = :undefined",
       "Incorrect operand type for operator or function; operator or function: begins_with, "
       "operand type: N"},
  }));
  INFO(expression);
  CHECK(problem(expression) == expected);
}

TEST_CASE("the limits of a condition hold from both sides", "[engine]") {
  const auto chain = [](int comparisons) {
    std::string expression = "pk = :s";
    for (int i = 1; i < comparisons; ++i) expression += " OR pk=:s";
    return expression;
  };
  CHECK(compile(chain(150)).ok());  // 150 comparisons, 149 ORs
  CHECK(problem(chain(151)) == "The expression contains too many operators; operator count: 301");

  std::string in = "pk IN (:s";
  for (int i = 1; i < 100; ++i) in += ",:s";
  CHECK(compile(in + ")").ok());
  CHECK(problem(in + ",:s)") ==
        "The IN operator is provided with too many operands; number of operands: 101");

  const std::string padding(4096 - 7, ' ');
  CHECK(compile("pk = :s" + padding).ok());
  CHECK(problem("pk = :s " + padding) == "Expression size has exceeded the maximum allowed size;");

  std::string path = "pk";
  for (int i = 1; i < 32; ++i) path += ".a";
  CHECK(compile("attribute_exists(" + path + ")").ok());
  CHECK(problem("attribute_exists(" + path + ".a)") ==
        "The document path has too many nesting levels; nesting levels: 33");
}

TEST_CASE("the older layer tells how long an expression is", "[engine]") {
  TestPlaceholders placeholders(kPlaceholders);
  const Result<Condition> condition = compile_condition(
      std::string(4109, ' '), "ConditionExpression", *placeholders, ValueWording::kOlder);
  CHECK(condition.error().message ==
        "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; "
        "expression size: 4109");
}

TEST_CASE("deeply nested expressions are refused without harm", "[engine]") {
  const auto [piece, closing] = GENERATE(
      table<std::string, std::string>({{"(", ")"}, {"NOT ", ""}, {"size(", ")"}, {"pk = (", ")"}}));
  std::string expression;
  while (expression.size() + piece.size() + 10 < 4096) expression += piece;
  CHECK_FALSE(compile(expression + "pk = :s").ok());
}

}  // namespace
}  // namespace dynadeck::engine
