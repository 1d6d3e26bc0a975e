#include "engine/inputs/tables.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "engine/wire/constraints.h"
#include "engine/wire/json.h"
#include "tests/engine/inputs/answer.h"

namespace dynadeck::engine {
namespace {

std::string definitions(const std::string& names) {
  std::string json = "\"AttributeDefinitions\":[";
  for (const char name : names) {
    if (json.back() == '}') json += ",";
    json += std::string(R"({"AttributeName":")") + name + R"(","AttributeType":"S"})";
  }
  return json + "]";
}

// "ab": a is HASH, b is RANGE; "a,b": both are HASH.
std::string schema(const std::string& names) {
  std::string json = "\"KeySchema\":[";
  bool range = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == ',') {
      range = false;
      continue;
    }
    if (json.back() == '}') json += ",";
    json += std::string(R"({"AttributeName":")") + names[i] + R"(","KeyType":")" +
            (range ? "RANGE" : "HASH") + "\"}";
    range = true;
  }
  return json + "]";
}

std::string index(const std::string& name, const std::string& keys,
                  const std::string& projection = R"({"ProjectionType":"ALL"})") {
  return R"({"IndexName":")" + name + "\"," + schema(keys) + ",\"Projection\":" + projection + "}";
}

std::string create(const std::string& defined, const std::string& keys,
                   const std::string& more = R"("BillingMode":"PAY_PER_REQUEST")") {
  return answer(read_create_table, R"({"TableName":"abc",)" + definitions(defined) + "," +
                                       schema(keys) + "," + more + "}");
}

std::string with_indexes(const std::string& defined, const std::string& keys,
                         const std::string& list, const std::string& indexes) {
  return create(defined, keys,
                R"("BillingMode":"PAY_PER_REQUEST",")" + list + "\":[" + indexes + "]");
}

const std::string kInvalid = "One or more parameter values were invalid: ";

TEST_CASE("tables that can be are read", "[engine]") {
  CHECK(create("p", "p") == "ok");
  CHECK(create("ps", "ps") == "ok");
  CHECK(create("p", "p",
               R"("ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2})") ==
        "ok");
  CHECK(with_indexes("psl", "ps", "LocalSecondaryIndexes", index("lsi", "pl")) == "ok");
  CHECK(with_indexes(
            "pabcdwxyz", "p", "GlobalSecondaryIndexes",
            R"({"IndexName":"gsi","KeySchema":[)"
            R"({"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"HASH"},)"
            R"({"AttributeName":"c","KeyType":"HASH"},{"AttributeName":"d","KeyType":"HASH"},)"
            R"({"AttributeName":"w","KeyType":"RANGE"},{"AttributeName":"x","KeyType":"RANGE"},)"
            R"({"AttributeName":"y","KeyType":"RANGE"},{"AttributeName":"z","KeyType":"RANGE"}],)"
            R"("Projection":{"ProjectionType":"KEYS_ONLY"}})") == "ok");
  CHECK(create("p", "p", R"("BillingMode":"PAY_PER_REQUEST","Tags":[],"TableClass":"STANDARD")") ==
        "ok");
}

TEST_CASE("a table's key and its definitions must agree", "[engine]") {
  CHECK(create("p", "pp") == "Invalid KeySchema: Some index key attribute have no definition");
  CHECK(create("ps", "pp") ==
        "Both the Hash Key and the Range Key element in the KeySchema have the same name");
  CHECK(create("px", "p") ==
        kInvalid +
            "Number of attributes in KeySchema does not exactly match number of attributes "
            "defined in AttributeDefinitions");
  CHECK(create("ps", "q") ==
        kInvalid +
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [q], "
            "AttributeDefinitions: [p, s]");
  CHECK(create("ps", "p,s") ==
        "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  CHECK(create("pp", "p") == kInvalid + "Attribute Name is duplicated: p");
  CHECK(answer(read_create_table,
               R"({"TableName":"abc","AttributeDefinitions":[{"AttributeName":"sk",)"
               R"("AttributeType":"S"},{"AttributeName":"a","AttributeType":"S"},{"AttributeName":)"
               R"("b","AttributeType":"S"},{"AttributeName":"pk","AttributeType":"S"},)"
               R"({"AttributeName":"c","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk",)"
               R"("KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"BillingMode":)"
               R"("PAY_PER_REQUEST","GlobalSecondaryIndexes":[)" +
                   index("gsi", "a") + "]}") ==
        kInvalid +
            "Some AttributeDefinitions are not used. AttributeDefinitions: [sk, a, b, pk, "
            "c], keys used: [a, sk, pk]");
}

TEST_CASE("throughput must fit the billing mode", "[engine]") {
  CHECK(create("p", "p",
               R"("BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":)"
               R"({"ReadCapacityUnits":1,"WriteCapacityUnits":1})") ==
        kInvalid +
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
            "BillingMode is PAY_PER_REQUEST");
  CHECK(create("p", "p", R"("Tags":[])") ==
        kInvalid +
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED");
  CHECK(create("p", "p",
               R"("ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":0})") ==
        "2 validation errors detected: Value '0' at 'provisionedThroughput.writeCapacityUnits' "
        "failed to satisfy constraint: Member must have value greater than or equal to 1; Value "
        "'0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member "
        "must have value greater than or equal to 1");
  CHECK(create("p", "p",
               R"("ProvisionedThroughput":{"ReadCapacityUnits":1000000000001,)"
               R"("WriteCapacityUnits":1})") ==
        "Given value 1000000000001 for ReadCapacityUnits is out of bounds");
  CHECK(create("p", "p",
               R"("ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},)"
               R"("OnDemandThroughput":{"MaxReadRequestUnits":5})") ==
        kInvalid +
            "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the "
            "table BillingMode is PROVISIONED");
}

TEST_CASE("indexes must agree with their table", "[engine]") {
  const auto local = [](const std::string& defined, const std::string& keys,
                        const std::string& indexes) {
    return with_indexes(defined, keys, "LocalSecondaryIndexes", indexes);
  };
  const auto global = [](const std::string& defined, const std::string& indexes) {
    return with_indexes(defined, "p", "GlobalSecondaryIndexes", indexes);
  };
  CHECK(local("ps", "ps", "") == kInvalid + "List of LocalSecondaryIndexes is empty");
  CHECK(global("p", "") == kInvalid + "List of GlobalSecondaryIndexes is empty");
  CHECK(local("pl", "p", index("lsi", "pl")) ==
        kInvalid +
            "Table KeySchema does not have a range key, which is required when specifying a "
            "LocalSecondaryIndex");
  CHECK(local("ps", "ps", index("lsi", "p")) ==
        kInvalid + "Index KeySchema does not have a range key for index: lsi");
  CHECK(local("psl", "ps", index("lsi", "ls")) ==
        kInvalid +
            "Index KeySchema does not have the same leading hash key as table KeySchema for "
            "index: lsi. index hash key: l, table hash key: p");
  CHECK(global("pg", index("gsi", "g", "{}")) == kInvalid + "Unknown ProjectionType: null");
  CHECK(global("pg", index("gsi", "g", R"({"ProjectionType":"INCLUDE"})")) ==
        kInvalid + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  CHECK(global("pg",
               index("gsi", "g", R"({"ProjectionType":"KEYS_ONLY","NonKeyAttributes":["x"]})")) ==
        kInvalid + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified");
  CHECK(global("pg", index("gsi", "g") + "," + index("gsi", "g")) ==
        kInvalid + "Duplicate index name: gsi");
  CHECK(global("pabcde", index("gsi", "a,b,c,d,e")) ==
        kInvalid + "The KeySchema exceeds the maximum allowed number of HASH key attributes");
  CHECK(global("pabc", index("gsi", "ab,c")) ==
        kInvalid + "All HASH key attributes must precede RANGE key attributes in the KeySchema");
  CHECK(global("pab", index("gsi", "a,ba")) ==
        kInvalid + "The KeySchema contains multiple key attributes with the same name");
  CHECK(answer(read_create_table,
               R"({"TableName":"abc",)" + definitions("ps") + "," + schema("ps") +
                   R"(,"BillingMode":"PAY_PER_REQUEST","LocalSecondaryIndexes":[)" +
                   index("aa", "ps") + R"(],"GlobalSecondaryIndexes":[)" + index("zz", "p") +
                   "]}") ==
        "2 validation errors detected: Value 'zz' at 'globalSecondaryIndexes.1.member.indexName' "
        "failed to satisfy constraint: Member must have length greater than or equal to 3; Value "
        "'aa' at 'localSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member "
        "must have length greater than or equal to 3");
  CHECK(create("psx", "psx") ==
        "1 validation error detected: Value '[KeySchemaElement(attributeName=p, keyType=HASH), "
        "KeySchemaElement(attributeName=s, keyType=RANGE), KeySchemaElement(attributeName=x, "
        "keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length "
        "less than or equal to 2");
}

TEST_CASE("UpdateTable wants something to do", "[engine]") {
  const auto update = [](const std::string& members) {
    return answer(read_update_table, R"({"TableName":"abc")" + members + "}");
  };
  const std::string nothing =
      "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
      "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
      "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, "
      "OnDemandThroughput, WarmThroughput or TableClass is required";
  CHECK(update("") == nothing);
  CHECK(update(R"(,"GlobalSecondaryIndexUpdates":[])") ==
        kInvalid + "List of GlobalSecondaryIndexUpdates is empty");
  CHECK(update(R"(,"DeletionProtectionEnabled":false)") == "ok");
  CHECK(update(R"(,"BillingMode":"PROVISIONED")") ==
        kInvalid + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
  CHECK(update(R"(,"GlobalSecondaryIndexUpdates":[{}])") ==
        kInvalid +
            "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
            "GlobalSecondaryIndexUpdate.Delete must not be null");
  const std::string deletion = R"({"Delete":{"IndexName":"gsi"}})";
  CHECK(update(",\"GlobalSecondaryIndexUpdates\":[" + deletion + "]") == "ok");
  CHECK(update(",\"GlobalSecondaryIndexUpdates\":[" + deletion + "," + deletion + "]") ==
        kInvalid +
            "Only one global secondary index update per index is allowed simultaneously. "
            "Index: gsi");
}

TEST_CASE("the small table operations are read", "[engine]") {
  CHECK(answer(read_describe_table, R"({"TableName":"abc"})") == "ok");
  CHECK(answer(read_describe_table, "{}") ==
        "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: "
        "Member must not be null");
  CHECK(answer(read_list_tables, R"({"Limit":100})") == "ok");
  CHECK(answer(read_list_tables, R"({"Limit":101,"ExclusiveStartTableName":"a;"})") ==
        "3 validation errors detected: Value '101' at 'limit' failed to satisfy constraint: Member "
        "must have value less than or equal to 100; Value 'a;' at 'exclusiveStartTableName' failed "
        "to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; "
        "Value 'a;' at 'exclusiveStartTableName' failed to satisfy constraint: Member must have "
        "length greater than or equal to 3");
  const std::string arn = "arn:aws:dynamodb:us-east-1:123456789012:table/abc";
  CHECK(answer(read_tag_resource,
               R"({"ResourceArn":")" + arn + R"(","Tags":[{"Key":"k","Value":""}]})") == "ok");
  CHECK(answer(read_tag_resource, "{}") == "Invalid TableArn");
  CHECK(answer(read_tag_resource, R"({"ResourceArn":")" + arn + R"("})") ==
        "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member "
        "must not be null");
  CHECK(answer(read_tag_resource, R"({"ResourceArn":")" + arn + R"(","Tags":[]})") ==
        "Atleast one Tag needs to be provided as Input.");
  CHECK(answer(read_untag_resource, R"({"ResourceArn":")" + arn + R"(","TagKeys":["k"]})") == "ok");
  CHECK(answer(read_list_tags_of_resource, R"({"ResourceArn":")" + arn + R"("})") == "ok");
  CHECK(answer(read_update_time_to_live,
               R"({"TableName":"abc","TimeToLiveSpecification":{"Enabled":true,)"
               R"("AttributeName":"ttl"}})") == "ok");
  CHECK(answer(read_update_time_to_live, R"({"TableName":"abc","TimeToLiveSpecification":{}})") ==
        "2 validation errors detected: Value null at 'timeToLiveSpecification.enabled' failed to "
        "satisfy constraint: Member must not be null; Value null at "
        "'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must not be "
        "null");
}

TEST_CASE("requests of streams have their constraints", "[engine]") {
  const auto check = [](Operation operation, const std::string& body) {
    const Result<JsonDocument> document = JsonDocument::parse(body);
    const Status status = check_request(*request_shape(operation), document->root());
    return status.ok() ? std::string("ok") : status.error().message;
  };
  CHECK(check(Operation::kListStreams, "{}") == "ok");
  CHECK(check(Operation::kGetRecords, R"({"ShardIterator":"x","Limit":1001})") ==
        "1 validation error detected: Value '1001' at 'limit' failed to satisfy constraint: Member "
        "must have value less than or equal to 1000");
  CHECK(check(Operation::kDescribeLimits, R"({"Unknown":1})") == "ok");
}

}  // namespace
}  // namespace dynadeck::engine
