#include "engine/wire/item_shapes.h"

#include "engine/wire/shapes.h"

namespace dynadeck::engine::shapes {
namespace {

using Member = ShapeMember;

constexpr std::array<std::string_view, 13> kComparisonOperators = {
    "IN",       "NULL", "BETWEEN", "LT",          "NOT_CONTAINS", "EQ",      "GT",
    "NOT_NULL", "NE",   "LE",      "BEGINS_WITH", "GE",           "CONTAINS"};
constexpr std::array kComparisonOperator = {one_of(kComparisonOperators)};
constexpr std::array kRequiredComparisonOperator = {not_null(), one_of(kComparisonOperators)};

constexpr std::array<std::string_view, 2> kConditionalOperators = {"OR", "AND"};
constexpr std::array kConditionalOperator = {one_of(kConditionalOperators)};
// What single-item writes show today, with AWS's misprints.
constexpr std::array<std::string_view, 2> kConditionalOperatorsShown = {"ALL", "OR"};

constexpr std::array<std::string_view, 5> kReturnValues = {"ALL_NEW", "UPDATED_OLD", "ALL_OLD",
                                                           "NONE", "UPDATED_NEW"};
constexpr std::array<std::string_view, 5> kReturnValuesShown = {"ALL_OLD", "UPDATED_OLD", "ALL_NEW",
                                                                "UPDATE_NEW", "NONE"};
constexpr std::array<std::string_view, 2> kOnFailureValues = {"ALL_OLD", "NONE"};
constexpr std::array kOnFailure = {one_of(kOnFailureValues)};

constexpr std::array<std::string_view, 4> kSelectValues = {
    "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"};
constexpr std::array kSelect = {one_of(kSelectValues)};

constexpr std::array kAttributesToGet = {min_length(1), max_length(255)};

constexpr std::array kExpectedMembers = {
    Member{"AttributeValueList", &kValues},
    Member{"ComparisonOperator", &kString, kComparisonOperator},
    Member{"Exists", &kBoolean},
    Member{"Value", &kValue},
};
constexpr Shape kExpectedValue = structure("ExpectedAttributeValue", kExpectedMembers);
constexpr Shape kExpected =
    map_of("com.amazonaws.dynamodb.v20120810.ExpectedAttributeValue", kExpectedValue);

constexpr std::array kConditionMembers = {
    Member{"AttributeValueList", &kValues},
    Member{"ComparisonOperator", &kString, kRequiredComparisonOperator},
};
constexpr Shape kCondition = structure("Condition", kConditionMembers);
constexpr Shape kConditions = map_of("com.amazonaws.dynamodb.v20120810.Condition", kCondition);

constexpr std::array<std::string_view, 3> kActions = {"ADD", "DELETE", "PUT"};
constexpr std::array kAction = {one_of(kActions)};
constexpr std::array kAttributeUpdateMembers = {
    Member{"Action", &kString, kAction},
    Member{"Value", &kValue},
};
constexpr Shape kAttributeUpdate = structure("AttributeValueUpdate", kAttributeUpdateMembers);
constexpr Shape kAttributeUpdates =
    map_of("com.amazonaws.dynamodb.v20120810.AttributeValueUpdate", kAttributeUpdate);

constexpr std::array kReturnValuesListed = {
    one_of_but_shown_as(kReturnValues, kReturnValuesShown, Report::kAnonymous)};
constexpr std::array kReturnValuesAlone = {
    one_of_but_shown_as(kReturnValues, kReturnValuesShown, Report::kAnonymousAlone)};
constexpr std::array kConditionalOperatorAlone = {one_of_but_shown_as(
    kConditionalOperators, kConditionalOperatorsShown, Report::kAnonymousAlone)};

constexpr std::array kGetItemMembers = {
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
    Member{"AttributesToGet", &kStrings, kAttributesToGet},
    Member{"TableName", &kString, kTableName},
    Member{"Key", &kValueMap, kNotNull},
    Member{"ConsistentRead", &kBoolean},
    Member{"ProjectionExpression", &kString},
    Member{"ExpressionAttributeNames", &kStringMap},
};

constexpr std::array kPutItemMembers = {
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
    Member{"TableName", &kString, kTableNameToday},
    Member{"Item", &kValueMap, kNotNull},
    Member{"ConditionalOperator", &kString, kConditionalOperatorAlone},
    Member{"Expected", &kExpected},
    Member{"ReturnValues", &kString, kReturnValuesListed},
    Member{"ReturnItemCollectionMetrics", &kString, kReturnItemCollectionMetrics},
    Member{"ReturnValuesOnConditionCheckFailure", &kString, kOnFailure},
    Member{"ConditionExpression", &kString},
    Member{"ExpressionAttributeValues", &kValueMap},
    Member{"ExpressionAttributeNames", &kStringMap},
};

constexpr std::array kUpdateItemMembers = {
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
    Member{"TableName", &kString, kTableNameToday},
    Member{"ReturnItemCollectionMetrics", &kString, kReturnItemCollectionMetrics},
    Member{"ReturnValues", &kString, kReturnValuesAlone},
    Member{"ReturnValuesOnConditionCheckFailure", &kString, kOnFailure},
    Member{"ConditionalOperator", &kString, kConditionalOperatorAlone},
    Member{"Key", &kValueMap, kNotNull},
    Member{"Expected", &kExpected},
    Member{"AttributeUpdates", &kAttributeUpdates},
    Member{"ConditionExpression", &kString},
    Member{"UpdateExpression", &kString},
    Member{"ExpressionAttributeValues", &kValueMap},
    Member{"ExpressionAttributeNames", &kStringMap},
};

constexpr std::array kDeleteItemMembers = {
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
    Member{"TableName", &kString, kTableNameToday},
    Member{"ReturnValues", &kString, kReturnValuesListed},
    Member{"ReturnItemCollectionMetrics", &kString, kReturnItemCollectionMetrics},
    Member{"ReturnValuesOnConditionCheckFailure", &kString, kOnFailure},
    Member{"Key", &kValueMap, kNotNull},
    Member{"ConditionalOperator", &kString, kConditionalOperatorAlone},
    Member{"Expected", &kExpected},
    Member{"ConditionExpression", &kString},
    Member{"ExpressionAttributeValues", &kValueMap},
    Member{"ExpressionAttributeNames", &kStringMap},
};

constexpr std::array kQueryLimit = {min_value(1, Report::kNamedAlone)};

constexpr std::array kQueryMembers = {
    Member{"Select", &kString, kSelect},
    Member{"IndexName", &kString, kIndexName},
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
    Member{"QueryFilter", &kConditions},
    Member{"TableName", &kString, kTableNameToday},
    Member{"ConditionalOperator", &kString},  // inputs/reads.cpp
    Member{"AttributesToGet", &kStrings, kAttributesToGet},
    Member{"Limit", &kInteger, kQueryLimit},
    Member{"KeyConditions", &kConditions},
    Member{"ExclusiveStartKey", &kValueMap},
    Member{"ConsistentRead", &kBoolean},
    Member{"ScanIndexForward", &kBoolean},
    Member{"KeyConditionExpression", &kString},
    Member{"FilterExpression", &kString},
    Member{"ProjectionExpression", &kString},
    Member{"ExpressionAttributeValues", &kValueMap},
    Member{"ExpressionAttributeNames", &kStringMap},
};

constexpr std::array kLimit = {min_value(1)};
constexpr std::array kTotalSegments = {min_value(1), max_value(1'000'000)};
constexpr std::array kSegment = {min_value(0), max_value(999'999)};

constexpr std::array kScanMembers = {
    Member{"Select", &kString, kSelect},
    Member{"IndexName", &kString, kIndexName},
    Member{"TotalSegments", &kInteger, kTotalSegments},
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
    Member{"TableName", &kString, kTableName},
    Member{"ConditionalOperator", &kString, kConditionalOperator},
    Member{"ScanFilter", &kConditions},
    Member{"Segment", &kInteger, kSegment},
    Member{"Limit", &kInteger, kLimit},
    Member{"AttributesToGet", &kStrings, kAttributesToGet},
    Member{"ConsistentRead", &kBoolean},
    Member{"ExclusiveStartKey", &kValueMap},
    Member{"FilterExpression", &kString},
    Member{"ProjectionExpression", &kString},
    Member{"ExpressionAttributeValues", &kValueMap},
    Member{"ExpressionAttributeNames", &kStringMap},
};

// ---------------------------------------------------------------- batches

constexpr Shape kKeys = list_of(kValueMap);
constexpr std::array kKeysConstraints = {not_null(), min_length(1, Report::kNamedAlone),
                                         max_length(100, Report::kNamedAlone)};
constexpr std::array kKeysAndAttributesMembers = {
    Member{"Keys", &kKeys, kKeysConstraints},
    Member{"AttributesToGet", &kStrings, kAttributesToGet},
    Member{"ConsistentRead", &kBoolean},
    Member{"ProjectionExpression", &kString},
    Member{"ExpressionAttributeNames", &kStringMap},
};
constexpr Shape kKeysAndAttributes = structure("KeysAndAttributes", kKeysAndAttributesMembers);
constexpr Shape kGetRequestItems =
    map_of("com.amazonaws.dynamodb.v20120810.KeysAndAttributes", kKeysAndAttributes);
constexpr std::array kGetRequestItemsConstraints = {not_null(), min_length(1, Report::kNamedAlone),
                                                    Constraint{Kind::kMapKeys}};
constexpr std::array kBatchGetItemMembers = {
    Member{"RequestItems", &kGetRequestItems, kGetRequestItemsConstraints},
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
};

constexpr std::array kPutRequestMembers = {Member{"Item", &kValueMap, kNotNull}};
constexpr Shape kPutRequest = structure("PutRequest", kPutRequestMembers);
constexpr std::array kDeleteRequestMembers = {Member{"Key", &kValueMap, kNotNull}};
constexpr Shape kDeleteRequest = structure("DeleteRequest", kDeleteRequestMembers);
constexpr std::array kWriteRequestMembers = {
    Member{"PutRequest", &kPutRequest},
    Member{"DeleteRequest", &kDeleteRequest},
};
constexpr Shape kWriteRequest = structure("WriteRequest", kWriteRequestMembers);
constexpr Shape kWriteRequests = list_of(kWriteRequest);
constexpr Shape kWriteRequestItems =
    map_of("java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>", kWriteRequests);
constexpr std::array kWriteRequestItemsConstraints = {
    not_null(), min_length(1, Report::kNamedAlone), Constraint{Kind::kMapKeys, Report::kEchoLate},
    Constraint{Kind::kMapValues, Report::kEchoLate, 25}};
constexpr std::array kBatchWriteItemMembers = {
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
    Member{"ReturnItemCollectionMetrics", &kString, kReturnItemCollectionMetrics},
    Member{"RequestItems", &kWriteRequestItems, kWriteRequestItemsConstraints},
};

// ---------------------------------------------------------------- transactions

constexpr std::array kTransactItemsConstraints = {not_null(), min_length(1, Report::kNamedAlone),
                                                  max_length(100, Report::kNamedAlone)};

constexpr std::array kGetMembers = {
    Member{"TableName", &kString, kTableName},
    Member{"Key", &kValueMap, kNotNull},
    Member{"ProjectionExpression", &kString},
    Member{"ExpressionAttributeNames", &kStringMap},
};
constexpr Shape kGet = structure("Get", kGetMembers);
constexpr std::array kTransactGetMembers = {Member{"Get", &kGet, kNotNull}};
constexpr Shape kTransactGet = structure("TransactGetItem", kTransactGetMembers);
constexpr Shape kTransactGets = list_of(kTransactGet);
constexpr std::array kTransactGetItemsMembers = {
    Member{"TransactItems", &kTransactGets, kTransactItemsConstraints},
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
};

constexpr std::array kConditionCheckMembers = {
    Member{"TableName", &kString, kTableName},
    Member{"Key", &kValueMap, kNotNull},
    Member{"ConditionExpression", &kString, kNotNull},
    Member{"ExpressionAttributeNames", &kStringMap},
    Member{"ExpressionAttributeValues", &kValueMap},
    Member{"ReturnValuesOnConditionCheckFailure", &kString, kOnFailure},
};
constexpr Shape kConditionCheck = structure("ConditionCheck", kConditionCheckMembers);
constexpr std::array kPutMembers = {
    Member{"TableName", &kString, kTableName},
    Member{"Item", &kValueMap, kNotNull},
    Member{"ConditionExpression", &kString},
    Member{"ExpressionAttributeNames", &kStringMap},
    Member{"ExpressionAttributeValues", &kValueMap},
    Member{"ReturnValuesOnConditionCheckFailure", &kString, kOnFailure},
};
constexpr Shape kPut = structure("Put", kPutMembers);
constexpr std::array kDeleteMembers = {
    Member{"TableName", &kString, kTableName},
    Member{"Key", &kValueMap, kNotNull},
    Member{"ConditionExpression", &kString},
    Member{"ExpressionAttributeNames", &kStringMap},
    Member{"ExpressionAttributeValues", &kValueMap},
    Member{"ReturnValuesOnConditionCheckFailure", &kString, kOnFailure},
};
constexpr Shape kDelete = structure("Delete", kDeleteMembers);
constexpr std::array kUpdateMembers = {
    Member{"TableName", &kString, kTableName},
    Member{"Key", &kValueMap, kNotNull},
    Member{"UpdateExpression", &kString, kNotNull},
    Member{"ConditionExpression", &kString},
    Member{"ExpressionAttributeNames", &kStringMap},
    Member{"ExpressionAttributeValues", &kValueMap},
    Member{"ReturnValuesOnConditionCheckFailure", &kString, kOnFailure},
};
constexpr Shape kUpdate = structure("Update", kUpdateMembers);
constexpr std::array kTransactWriteMembers = {
    Member{"ConditionCheck", &kConditionCheck},
    Member{"Put", &kPut},
    Member{"Delete", &kDelete},
    Member{"Update", &kUpdate},
};
constexpr Shape kTransactWrite = structure("TransactWriteItem", kTransactWriteMembers);
constexpr Shape kTransactWrites = list_of(kTransactWrite);
constexpr std::array kClientRequestToken = {min_length(1, Report::kNamedAlone),
                                            max_length(36, Report::kNamedAlone)};
constexpr std::array kTransactWriteItemsMembers = {
    Member{"ClientRequestToken", &kString, kClientRequestToken},
    Member{"ReturnConsumedCapacity", &kString, kReturnConsumedCapacity},
    Member{"ReturnItemCollectionMetrics", &kString, kReturnItemCollectionMetrics},
    Member{"TransactItems", &kTransactWrites, kTransactItemsConstraints},
};

}  // namespace

constexpr Shape kBatchGetItem = structure("BatchGetItemInput", kBatchGetItemMembers);
constexpr Shape kBatchWriteItem = structure("BatchWriteItemInput", kBatchWriteItemMembers);
constexpr Shape kDeleteItem = structure("DeleteItemInput", kDeleteItemMembers);
constexpr Shape kGetItem = structure("GetItemInput", kGetItemMembers);
constexpr Shape kPutItem = structure("PutItemInput", kPutItemMembers);
constexpr Shape kQuery = structure("QueryInput", kQueryMembers);
constexpr Shape kScan = structure("ScanInput", kScanMembers);
constexpr Shape kTransactGetItems = structure("TransactGetItemsInput", kTransactGetItemsMembers);
constexpr Shape kTransactWriteItems =
    structure("TransactWriteItemsInput", kTransactWriteItemsMembers);
constexpr Shape kUpdateItem = structure("UpdateItemInput", kUpdateItemMembers);

}  // namespace dynadeck::engine::shapes
