#include "faults/requests/item_keys.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "faults/language/when.h"
#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;

namespace {

// "S:text" each, sorted.
std::vector<std::string> texts(const std::vector<KeyValue>& values) {
  std::vector<std::string> result;
  for (const KeyValue& value : values) {
    result.push_back(std::string(value.type) + ":" + std::string(value.text));
  }
  std::sort(result.begin(), result.end());
  return result;
}

using Texts = std::vector<std::string>;

struct Case {
  const char* body;
  Texts found;  // of the attribute pk
};

}  // namespace

TEST_CASE("a request's key values are found without a schema", "[faults]") {
  const Case each = GENERATE(values<Case>({
      {R"({"TableName":"T","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}})", {"S:a"}},
      {R"({ "Item" : { "x" : {"M":{"pk":{"S":"no"}}}, "pk" : { "B" : "AAE=" } } })", {"B:AAE="}},
      {R"({"Key":{"sk":{"S":"pk"}},"Other":{"pk":{"S":"no"}}})", {}},
      {R"({"KeyConditionExpression":"pk = :v AND sk > :w",)"
       R"("ExpressionAttributeValues":{":w":{"N":"1"},":v":{"S":"a"}}})",
       {"S:a"}},
      {R"({"ExpressionAttributeValues":{":v":{"S":"a"}},"ExpressionAttributeNames":{"#p":"pk"},)"
       R"_("KeyConditionExpression":"(#p=:v)"})_",
       {"S:a"}},
      {R"({"KeyConditionExpression":"#p = :v","ExpressionAttributeNames":{"#p":"other"},)"
       R"("ExpressionAttributeValues":{":v":{"S":"a"}}})",
       {}},
      {R"({"KeyConditionExpression":"pk > :v","ExpressionAttributeValues":{":v":{"S":"a"}}})", {}},
      {R"({"KeyConditions":{"pk":{"AttributeValueList":[{"S":"a"}],"ComparisonOperator":"EQ"}}})",
       {"S:a"}},
      {R"({"KeyConditions":{"pk":{"AttributeValueList":[{"S":"a"}],"ComparisonOperator":"GT"}}})",
       {}},
      {R"({"RequestItems":{"T":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},)"
       R"({"DeleteRequest":{"Key":{"pk":{"S":"b"}}}}],"U":[]}})",
       {"S:a", "S:b"}},
      {R"({"RequestItems":{"T":{"ConsistentRead":true,"Keys":[{"pk":{"S":"a"}},)"
       R"({"pk":{"N":"2"}}]}}})",
       {"N:2", "S:a"}},
      {R"({"TransactItems":[{"Put":{"TableName":"T","Item":{"pk":{"S":"a"}}}},)"
       R"({"Get":{"Key":{"pk":{"S":"b"}},"TableName":"T"}},{"Update":{}}]})",
       {"S:a", "S:b"}},
      {R"({"Key":{"pk":{"S":""}}})", {"S:"}},
      {R"({"Key":{"pk":{"BOOL":true}}})", {}},
      {R"({"Key":[{"pk":{"S":"a"}}]})", {}},
      {R"({"Key":{"pk":"a"},"Item":null})", {}},
      {R"({"RequestItems":{"T":null,"U":{"Keys":null}},"TransactItems":{}})", {}},
      {R"([{"Key":{"pk":{"S":"a"}}}])", {}},
      {"{}", {}},
      {"", {}},
  }));
  INFO(each.body);
  CHECK(texts(KeyScan(each.body).of("pk")) == each.found);
  CHECK(texts(key_values(nlohmann::json::parse(each.body, nullptr, false), "pk")) == each.found);
  const Request request = make_request(Operation::kPutItem, each.body);
  CHECK(texts(Facts(request).key("pk")) == each.found);
}

TEST_CASE("a body that breaks off ends the search", "[faults]") {
  const std::string whole =
      R"({"RequestItems":{"T":[{"PutRequest":{"Item":{"pk":{"S":"a"},"x":{"L":[{"S":"["}]}}}}]},)"
      R"("KeyConditions":{"pk":{"AttributeValueList":[{"S":"a"}],"ComparisonOperator":"EQ"}}})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string part = whole.substr(0, length);
    CHECK(KeyScan(part).of("pk").size() <= 2);
  }
  CHECK(KeyScan(whole).of("pk").size() == 2);
}

TEST_CASE("escapes in a body do not hide a key", "[faults]") {
  Bench bench(R"({rules: [{when: {key: {pk: "a/ü"}}, fault: {error: InternalServerError}}]})");
  CHECK(!bench.send(Operation::kGetItem, R"({"Key":{"pk":{"S":"a/ü"}}})").ok());
  CHECK(!bench.send(Operation::kGetItem, R"({"Key":{"\u0070k":{"S":"a\/\u00fc"}}})").ok());
  CHECK(bench.send(Operation::kGetItem, R"({"Key":{"pk":{"S":"a\\/ü"}}})").ok());
}
