#include "engine/inputs/items.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "engine/inputs/batches.h"
#include "engine/inputs/reads.h"
#include "engine/wire/json.h"
#include "tests/engine/expressions/support.h"
#include "tests/engine/inputs/answer.h"

namespace dynadeck::engine {
namespace {

std::string put_with(const std::string& members) {
  return answer(read_put_item, R"({"TableName":"abc","Item":{"pk":{"S":"a"}},)" + members + "}");
}
std::string update_with(const std::string& members) {
  return answer(read_update_item, R"({"TableName":"abc","Key":{"pk":{"S":"a"}},)" + members + "}");
}
std::string query_with(const std::string& members) {
  return answer(read_query, R"({"TableName":"abc",)" + members + "}");
}
std::string scan_with(const std::string& members) {
  return answer(read_scan, R"({"TableName":"abc",)" + members + "}");
}
std::string get_with(const std::string& members) {
  return answer(read_get_item, R"({"TableName":"abc","Key":{"pk":{"S":"a"}},)" + members + "}");
}

std::string one(const std::string& message) { return "1 validation error detected: " + message; }

TEST_CASE("well-formed requests are read", "[engine]") {
  CHECK(get_with(R"("ConsistentRead":true)") == "ok");
  CHECK(get_with(R"("AttributesToGet":["a","b"])") == "ok");
  CHECK(get_with(R"("Unknown":{"x":[1]},"ProjectionExpression":null)") == "ok");
  CHECK(put_with(R"("ReturnValues":"ALL_OLD","Expected":{"a":{"Exists":false}})") == "ok");
  CHECK(put_with(R"j("ConditionExpression":"attribute_not_exists(pk)")j") == "ok");
  CHECK(update_with(R"("ReturnValues":"UPDATED_NEW")") == "ok");
  CHECK(update_with(R"("AttributeUpdates":{"a":{"Action":"ADD","Value":{"N":"1"}}})") == "ok");
  CHECK(query_with(
            R"("KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"x"}})") ==
        "ok");
  CHECK(
      query_with(
          R"("KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]}})") ==
      "ok");
  CHECK(scan_with(R"("Segment":0,"TotalSegments":2,"Limit":5)") == "ok");
}

TEST_CASE("a table may be named by its ARN", "[engine]") {
  const std::string arn = "arn:aws:dynamodb:us-east-1:123456789012:table/abc";
  CHECK(answer(read_get_item, R"({"TableName":")" + arn + R"(","Key":{"pk":{"S":"a"}}})") == "ok");
  CHECK(answer(read_put_item, R"({"TableName":")" + arn + R"(","Item":{"pk":{"S":"a"}}})") == "ok");
}

TEST_CASE("PutItem, UpdateItem and DeleteItem wrap what they refuse", "[engine]") {
  CHECK(put_with(R"("ExpressionAttributeValues":{":v":{"S":"x"}})") ==
        one("ExpressionAttributeValues can only be specified when using expressions"));
  CHECK(put_with(R"("ExpressionAttributeNames":{"#a":"a"})") ==
        one("ExpressionAttributeNames can only be specified when using expressions"));
  CHECK(put_with(R"("ConditionExpression":"")") ==
        one("Invalid ConditionExpression: The expression can not be empty;"));
  CHECK(put_with(R"("Expected":{"a":{"Exists":true}})") ==
        one("One or more parameter values were invalid: Value must be provided when Exists is true "
            "for Attribute: a"));
  CHECK(put_with(R"("ReturnValues":"ALL_NEW")") == one("ReturnValues can only be ALL_OLD or NONE"));
  CHECK(put_with(
            R"j("Expected":{"a":{"Exists":false}},"ConditionExpression":"attribute_exists(a)")j") ==
        one("Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"));
  CHECK(update_with(R"("UpdateExpression":"SET b = :w","ConditionExpression":"a = :v",)"
                    R"("ExpressionAttributeValues":{":w":{"S":"x"}})") ==
        one("Invalid ConditionExpression: An expression attribute value used in expression is not "
            "defined; attribute value: :v"));
  CHECK(update_with(R"("UpdateExpression":"SET a = :v",)"
                    R"("ExpressionAttributeValues":{":v":{"S":"x"},":u":{"S":"y"}})") ==
        one("Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"));
  CHECK(update_with(R"("UpdateExpression":"SET a = b","ExpressionAttributeNames":{"#u":"y"})") ==
        one("Value provided in ExpressionAttributeNames unused in expressions: keys: {#u}"));
  CHECK(update_with(R"("UpdateExpression":"SET a = :v","ExpressionAttributeValues":{})") ==
        one("ExpressionAttributeValues must not be empty"));
  CHECK(update_with(
            R"("UpdateExpression":"SET a = :v","ExpressionAttributeValues":{"v":{"S":"x"}})") ==
        one("ExpressionAttributeValues contains invalid key: Syntax error; key: \"v\""));
  CHECK(update_with(
            R"("UpdateExpression":"SET a = :v","ExpressionAttributeValues":{":v":{"SS":[]}})") ==
        one("One or more parameter values were invalid: An string set  may not be empty"));
}

TEST_CASE("reads do not wrap what they refuse, but for Query's Select", "[engine]") {
  const std::string key =
      R"("KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"x"}},)";
  CHECK(query_with(R"("KeyConditionExpression":"")") ==
        "Invalid KeyConditionExpression: The expression can not be empty;");
  CHECK(query_with(key + R"("Select":"SPECIFIC_ATTRIBUTES")") ==
        one("Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES"));
  CHECK(scan_with(R"("Select":"SPECIFIC_ATTRIBUTES")") ==
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
        "SPECIFIC_ATTRIBUTES");
  CHECK(query_with(key + R"("Limit":0)") ==
        one("Value at 'Limit' failed to satisfy constraint: Member must have value greater than or "
            "equal to 1"));
  CHECK(scan_with(R"("Limit":0)") ==
        one("Value '0' at 'limit' failed to satisfy constraint: Member must have value greater "
            "than or equal to 1"));
  CHECK(query_with(key + R"("Select":"INVALID_VALUE")") ==
        one("Value 'INVALID_VALUE' at 'select' failed to satisfy constraint: Member must satisfy "
            "enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, "
            "ALL_PROJECTED_ATTRIBUTES]"));
  CHECK(query_with(
            R"("KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":)"
            R"([{"S":"a"}]}},"QueryFilter":{"b":{"ComparisonOperator":"NULL"},"c":)"
            R"({"ComparisonOperator":"NULL"}},"ConditionalOperator":"XOR","Select":"BOGUS")") ==
        "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]");
  CHECK(scan_with(R"("Segment":0)") ==
        "The TotalSegments parameter is required but was not present in the request when Segment "
        "parameter is present");
  CHECK(scan_with(R"("Segment":5,"TotalSegments":5)") ==
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
        "Segment: 5 is not less than TotalSegments: 5");
  CHECK(query_with(R"("Limit":1)") ==
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
        "request.");
  CHECK(query_with(key + R"("ExclusiveStartKey":{"a":{}})") ==
        "The provided starting key is invalid: Supplied AttributeValue is empty, must contain "
        "exactly one of the supported datatypes");
  CHECK(query_with(key + R"("ExclusiveStartKey":{"a":{"N":"x"}})") ==
        "The parameter cannot be converted to a numeric value: x");
}

TEST_CASE("constraints of shape are listed together, in the order of the operation", "[engine]") {
  CHECK(answer(read_put_item, "{}") ==
        "2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: "
        "Member must not be null; Value null at 'item' failed to satisfy constraint: Member must "
        "not be null");
  CHECK(answer(read_put_item, R"({"TableName":"","Item":{},"ReturnValues":"INVALID"})") ==
        one("Value at 'TableName' failed to satisfy constraint: Member must have length greater "
            "than or equal to 1"));
  CHECK(put_with(R"("ReturnConsumedCapacity":"INVALID","ReturnItemCollectionMetrics":"INVALID",)"
                 R"("ReturnValues":"INVALID")") ==
        "3 validation errors detected: Value 'INVALID' at 'returnConsumedCapacity' failed to "
        "satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Failed to "
        "satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, "
        "UPDATE_NEW, NONE]; Value 'INVALID' at 'returnItemCollectionMetrics' failed to satisfy "
        "constraint: Member must satisfy enum value set: [SIZE, NONE]");
  CHECK(update_with(R"("ReturnValues":"INVALID","ReturnConsumedCapacity":"INVALID")") ==
        one("Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, "
            "UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"));
  const std::string long_name(256, 'a');
  CHECK(answer(read_put_item, R"({"TableName":")" + long_name + R"(","Item":{}})") ==
        one("Value '" + long_name +
            "' at 'tableName' failed to satisfy constraint: Member must have length less than or "
            "equal to 255"));
  CHECK(answer(read_put_item, R"({"TableName":"bad table!@#","Item":{}})") ==
        one("Value 'bad table!@#' at 'tableName' failed to satisfy constraint: Member must satisfy "
            "regular expression pattern: [a-zA-Z0-9_.-]+"));
  CHECK(scan_with(R"("ScanFilter":{"a":{}},"AttributesToGet":[])") ==
        "2 validation errors detected: Value null at 'scanFilter.a.member.comparisonOperator' "
        "failed to satisfy constraint: Member must not be null; Value '[]' at 'attributesToGet' "
        "failed to satisfy constraint: Member must have length greater than or equal to 1");
}

TEST_CASE("a wrong JSON type is a SerializationException", "[engine]") {
  const auto [members, expected] = GENERATE(table<std::string, std::string>({
      {R"("ReturnValues":23)", "NUMBER_VALUE cannot be converted to String"},
      {R"("ReturnValues":2.5)", "DECIMAL_VALUE cannot be converted to String"},
      {R"("ReturnValues":true)", "TRUE_VALUE cannot be converted to String"},
      {R"("ReturnValues":[])", "Unrecognized collection type class java.lang.String"},
      {R"("ReturnValues":{})", "Start of structure or map found where not expected"},
      {R"("Expected":"x")", "Unexpected field type"},
      {R"("Expected":[])",
       "Unrecognized collection type java.util.Map<java.lang.String, "
       "com.amazonaws.dynamodb.v20120810.ExpectedAttributeValue>"},
      {R"("Expected":{"a":1})", "Unexpected value type in payload"},
      {R"("Expected":{"a":[]})",
       "Unrecognized collection type class "
       "com.amazonaws.dynamodb.v20120810.ExpectedAttributeValue"},
      {R"("Expected":{"a":{"Exists":"maybe"}})", "Unexpected token received from parser"},
      {R"("Expected":{"a":{"Exists":1}})", "NUMBER_VALUE cannot be converted to Boolean"},
      {R"("Expected":{"a":{"Value":"x"}})", "Unexpected field type"},
      {R"("Expected":{"a":{"Value":{"S":1}}})", "NUMBER_VALUE cannot be converted to String"},
      {R"("Expected":{"a":{"Value":{"B":1}}})",
       "only base-64-encoded strings are convertible to bytes"},
      {R"("Expected":{"a":{"Value":{"B":"23456"}}})",
       "Base64 encoded length is expected a multiple of 4 bytes but found: 5"},
      {R"("Expected":{"a":{"Value":{"B":"+/+="}}})",
       "Invalid last non-pad Base64 character dectected"},
      {R"("Expected":{"a":{"Value":{"B":[]}}})",
       "Unrecognized collection type class java.nio.ByteBuffer"},
      {R"("Expected":{"a":{"Value":{"SS":"x"}}})", "Unexpected field type"},
      {R"("Expected":{"a":{"Value":{"SS":{}}}})",
       "Start of structure or map found where not expected"},
      {R"("Expected":{"a":{"Value":{"L":["x"]}}})", "Unexpected value type in payload"},
      {R"("Expected":{"a":{"Value":{"M":{"k":{"M":[]}}}}})",
       "Unrecognized collection type java.util.Map<java.lang.String, "
       "com.amazonaws.dynamodb.v20120810.AttributeValue>"},
      {R"("ExpressionAttributeNames":[])",
       "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>"},
      // The first in the document wins, also over constraints.
      {R"("ReturnValues":1,"ConditionExpression":true)",
       "NUMBER_VALUE cannot be converted to String"},
  }));
  INFO(members);
  const std::string body = R"({"TableName":"abc","Item":{"pk":{"S":"a"}},)" + members + "}";
  const Result<JsonDocument> document = JsonDocument::parse(body);
  const Result<PutItemInput> input = read_put_item(document->root());
  REQUIRE_FALSE(input.ok());
  CHECK(input.error().code == "SerializationException");
  CHECK(input.error().message == expected);
}

TEST_CASE("legacy parameters are checked", "[engine]") {
  const std::string invalid = "One or more parameter values were invalid: ";
  const auto [expected_parameter, message] = GENERATE_COPY(table<std::string, std::string>({
      {R"({"a":{"Exists":false,"Value":{"S":"x"}}})",
       invalid + "Value cannot be used when Exists is false for Attribute: a"},
      {R"({"a":{"Value":{"S":"x"},"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]}})",
       invalid + "Value and AttributeValueList cannot be used together for Attribute: a"},
      {R"({"a":{"ComparisonOperator":"EQ"}})",
       invalid + "Value or AttributeValueList must be used with ComparisonOperator: EQ for "
                 "Attribute: a"},
      {R"({"a":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"S":"x"}]}})",
       invalid + "Invalid number of argument(s) for the BETWEEN ComparisonOperator"},
      {R"({"a":{}})", invalid + "Value must be provided when Exists is null for Attribute: a"},
      {R"({"a":{"Exists":true,"ComparisonOperator":"LT"}})",
       invalid + "Exists and ComparisonOperator cannot be used together for Attribute: a"},
      {R"({"a":{"AttributeValueList":[{"S":"x"}]}})",
       invalid + "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"},
      {R"({"a":{"ComparisonOperator":"LT","AttributeValueList":[{"SS":["x"]}]}})",
       invalid + "ComparisonOperator LT is not valid for SS AttributeValue type"},
      {R"({"a":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"x"},{"N":"1"}]}})",
       invalid + "AttributeValues inside AttributeValueList must be of same type"},
      {R"({"a":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"S":"y"},{"S":"x"}]}})",
       "The BETWEEN condition was provided a range where the lower bound is greater than the upper "
       "bound"},
  }));
  CHECK(put_with(R"("Expected":)" + expected_parameter) == one(message));
  CHECK(put_with(R"("ConditionalOperator":"OR")") ==
        one("ConditionalOperator cannot be used without Filter or Expected"));
  CHECK(scan_with(
            R"("ScanFilter":{"a":{"ComparisonOperator":"NULL"}},"ConditionalOperator":"AND")") ==
        "ConditionalOperator can only be used when Filter or Expected has two or more elements");
  CHECK(put_with(R"("Expected":{"a":{"Exists":false}},"ConditionalOperator":"XOR")") ==
        one("Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"));
  CHECK(update_with(R"("AttributeUpdates":{"a":{"Action":"PUT"}})") ==
        one(invalid + "Only DELETE action is allowed when no attribute value is specified"));
  CHECK(update_with(R"("AttributeUpdates":{"a":{"Action":"DELETE","Value":{"S":"x"}}})") ==
        one(invalid + "DELETE action with value is not supported for the type S"));
  CHECK(update_with(R"("AttributeUpdates":{"a":{"Action":"ADD","Value":{"M":{}}}})") ==
        one(invalid + "ADD action is not supported for the type M"));
  CHECK(get_with(R"("AttributesToGet":["a","b","a"])") ==
        invalid + "Duplicate value in attribute name: a");
}

TEST_CASE("legacy conditions mean what they meant", "[engine]") {
  const std::string item =
      item_from(R"({"n":{"N":"5"},"s":{"S":"abc"},"ss":{"SS":["a","b"]},"l":{"L":[{"N":"1"}]}})");
  const auto [filter, expected] = GENERATE(table<std::string, bool>({
      {R"("n":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"5.0"}]})", true},
      {R"("n":{"ComparisonOperator":"NE","AttributeValueList":[{"N":"5"}]})", false},
      {R"("x":{"ComparisonOperator":"NE","AttributeValueList":[{"N":"5"}]})", true},
      {R"("n":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"1"},{"N":"5"}]})", true},
      {R"("n":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"1"},{"N":"5"}]})", true},
      {R"("s":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"S":"ab"}]})", true},
      {R"("ss":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"S":"b"}]})", true},
      {R"("ss":{"ComparisonOperator":"NOT_CONTAINS","AttributeValueList":[{"S":"b"}]})", false},
      {R"("x":{"ComparisonOperator":"NOT_CONTAINS","AttributeValueList":[{"S":"b"}]})", false},
      {R"("l":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"N":"1"}]})", true},
      {R"("n":{"ComparisonOperator":"NOT_NULL"})", true},
      {R"("x":{"ComparisonOperator":"NULL"})", true},
      {R"("n":{"ComparisonOperator":"NULL"},"s":{"ComparisonOperator":"NOT_NULL"})", false},
  }));
  const std::string body = R"({"TableName":"abc","ScanFilter":{)" + filter + "}}";
  const Result<JsonDocument> document = JsonDocument::parse(body);
  const Result<ScanInput> input = read_scan(document->root());
  INFO(filter);
  REQUIRE(input.ok());
  CHECK(input->filter->matches(ItemView(item)) == expected);

  const std::string either = R"({"TableName":"abc","ConditionalOperator":"OR","ScanFilter":{)"
                             R"("n":{"ComparisonOperator":"NULL"},"s":{"ComparisonOperator":)"
                             R"("NOT_NULL"}}})";
  const Result<JsonDocument> either_document = JsonDocument::parse(either);
  CHECK(read_scan(either_document->root())->filter->matches(ItemView(item)));
}

TEST_CASE("batches are read whole", "[engine]") {
  CHECK(answer(read_batch_get_item, R"({"RequestItems":{"abc":{"Keys":[{"pk":{"S":"a"}}]}}})") ==
        "ok");
  CHECK(answer(read_batch_get_item, R"({"RequestItems":{}})") ==
        one("Value at 'RequestItems' failed to satisfy constraint: Member must have length greater "
            "than or equal to 1"));
  CHECK(answer(read_batch_get_item, R"({"RequestItems":{"abc":{"Keys":[]}}})") ==
        one("Value at 'RequestItems.abc.member.Keys' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1"));
  CHECK(answer(read_batch_get_item, R"({"RequestItems":{"bad!name":{"Keys":[{"pk":{"S":"a"}}]}},)"
                                    R"("ReturnConsumedCapacity":"BOGUS"})") ==
        "2 validation errors detected: Value '{\"bad!name\":{\"Keys\":[{\"pk\":{\"S\":\"a\"}}]}}' "
        "at 'requestItems' failed to satisfy constraint: Map keys must satisfy constraint: [Member "
        "must have length less than or equal to 255, Member must have length greater than or equal "
        "to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]; Value 'BOGUS' at "
        "'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value "
        "set: [INDEXES, TOTAL, NONE]");
  CHECK(answer(read_batch_get_item,
               R"({"RequestItems":{"abc":{"Keys":[{"pk":{"S":"a"}},{"pk":{"S":"a"}}]}}})") ==
        "Provided list of item keys contains duplicates");
  CHECK(answer(read_batch_get_item,
               R"({"RequestItems":{"abc":{"Keys":[{"pk":{"S":"a"}}],"ProjectionExpression":"a"},)"
               R"("def":{"Keys":[{"pk":{"S":"a"}}],"AttributesToGet":["a"]}}})") ==
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributesToGet} Expression parameters: "
        "{ProjectionExpression}");
  CHECK(answer(read_batch_write_item, R"({"RequestItems":{"abc":[]}})") ==
        one("Value '{abc=[]}' at 'requestItems' failed to satisfy constraint: Map value must "
            "satisfy constraint: [Member must have length less than or equal to 25, Member must "
            "have length greater than or equal to 1]"));
  CHECK(answer(read_batch_write_item,
               R"({"RequestItems":{"bad!name":[{"PutRequest":{"Item":{"pk":{"S":"x"}}}}]}})") ==
        one("Value '{bad!name=[WriteRequest(putRequest=PutRequest(item={pk=AttributeValue(s=x, "
            "n=null, b=null, iNT=null, dECIMAL=null, dOUBLE=null, sS=null, nS=null, bS=null, "
            "iNTSET=null, dECIMALSET=null, dOUBLESET=null, m=null, l=null, nULL=null, "
            "bOOL=null)}, workloadProfileName=null), deleteRequest=null)]}' at 'requestItems' "
            "failed to satisfy constraint: Map keys must satisfy constraint: [Member must have "
            "length less than or equal to 255, Member must have length greater than or equal to "
            "3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"));
  CHECK(answer(read_batch_write_item,
               R"({"RequestItems":{"bad!name":[]},"ReturnConsumedCapacity":"BOGUS"})") ==
        one("Value 'BOGUS' at 'returnConsumedCapacity' failed to satisfy constraint: Member must "
            "satisfy enum value set: [INDEXES, TOTAL, NONE]"));
  CHECK(answer(read_batch_write_item, R"({"RequestItems":{"abc":[{}]}})") ==
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        "supported datatypes");
  CHECK(
      answer(read_batch_write_item,
             R"({"RequestItems":{"abc":[{"PutRequest":{"Item":{"a":{"NS":["2","1","2"]}}}}]}})") ==
      "Input collection contains duplicates");
}

TEST_CASE("transactions are read action by action", "[engine]") {
  const auto transact = [](const std::string& items) {
    return answer(read_transact_write_items, R"({"TransactItems":[)" + items + "]}");
  };
  const std::string put_item = R"({"Put":{"TableName":"abc","Item":{"pk":{"S":"a"}}}})";
  const std::string syntax =
      "Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: \"(\"";
  CHECK(transact(put_item) == "ok");
  CHECK(transact("") ==
        one("Value at 'TransactItems' failed to satisfy constraint: Member must have length "
            "greater than or equal to 1"));
  CHECK(transact("{}") == "TransactItems can only contain one of Check, Put, Update or Delete");
  CHECK(transact(put_item + R"(,{"ConditionCheck":{"TableName":"abc","Key":{"pk":{"S":"a"}},)"
                            R"("ConditionExpression":"attribute_not_exists("}})") == syntax);
  CHECK(transact(
            R"({"Update":{"TableName":"abc","Key":{"pk":{"S":"a"}},)"
            R"("UpdateExpression":"SET n = :v","ExpressionAttributeValues":{":v":{"N":"x"}}}})") ==
        "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a "
        "numeric value: x for key :v");
  CHECK(answer(read_transact_write_items, R"({"TransactItems":[)" + put_item +
                                              R"(],"ClientRequestToken":")" + std::string(37, 'x') +
                                              R"(","ReturnConsumedCapacity":"BOGUS"})") ==
        one("Value at 'ClientRequestToken' failed to satisfy constraint: Member must have length "
            "less than or equal to 36"));
  CHECK(answer(read_transact_get_items,
               R"({"TransactItems":[{"Get":{"TableName":"abc","Key":{"pk":{"S":"a"}},)"
               R"("ProjectionExpression":"!!!"}}]})") ==
        "Invalid ProjectionExpression: Syntax error; token: \"!\", near: \"!!\"");
}

}  // namespace
}  // namespace dynadeck::engine
