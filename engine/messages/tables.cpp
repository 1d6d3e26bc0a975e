#include "engine/messages/tables.h"

#include "engine/messages/sentence.h"

namespace dynadeck::engine::messages {
namespace {

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";
constexpr std::string_view kNotValid = "One or more parameter values are not valid. ";

}  // namespace

std::string internal_server_error() { return "Internal server error"; }

std::string not_built_yet(std::string_view operation) {
  return "dynadeck does not answer " + std::string(operation) + " yet";
}

std::string resource_not_found() { return "Requested resource not found"; }

std::string table_not_found(std::string_view table_name) {
  return "Requested resource not found: Table: " + std::string(table_name) + " not found";
}

std::string table_exists(std::string_view table_name) {
  return "Table already exists: " + std::string(table_name);
}

std::string table_being_created(std::string_view table_name) {
  return "Attempt to change a resource which is still in use: Table is being created: " +
         std::string(table_name);
}

std::string table_being_deleted(std::string_view table_name) {
  return "Attempt to change a resource which is still in use: Table is being deleted: " +
         std::string(table_name);
}

std::string table_being_updated(std::string_view table_name) {
  return "Attempt to change a resource which is still in use: Table is being updated: " +
         std::string(table_name);
}

// Source: [doc] "Deletion protection"; the envelope as DeleteTable's other sentences have it.
std::string table_protected() {
  return "1 validation error detected: Resource cannot be deleted as it is currently protected "
         "against deletion. Disable deletion protection first.";
}

// ---------------------------------------------------------------- UpdateTable

std::string throughput_of_on_demand_table() {
  return text({kInvalid,
               "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
               "is PAY_PER_REQUEST"});
}

std::string throughput_required() {
  return text(
      {kInvalid,
       "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
       "PROVISIONED"});
}

std::string index_throughput_required(std::string_view names) {
  return text({kInvalid, "ProvisionedThroughput must be specified for index: ", names});
}

std::string throughput_unchanged(std::string_view index, ThroughputNumbers current,
                                 ThroughputNumbers requested) {
  const std::string whose = index.empty() ? std::string("table") : text({"index ", index});
  return text(
      {"The provisioned throughput for the ", whose,
       " will not change. The requested value equals the current value. Current ReadCapacityUnits "
       "provisioned for the ",
       index.empty() ? "table" : "index", ": ", std::to_string(current.reads),
       ". Requested ReadCapacityUnits: ", std::to_string(requested.reads),
       ". Current WriteCapacityUnits provisioned for the ", index.empty() ? "table" : "index", ": ",
       std::to_string(current.writes),
       ". Requested WriteCapacityUnits: ", std::to_string(requested.writes),
       ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request "
       "higher "
       "limits."});
}

// Source: [chosen] remembered wording; no capture at hand confirms it.
std::string too_many_decreases(std::int64_t today, std::int64_t last, std::int64_t next) {
  return text(
      {"Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC "
       "day. After the first 4 decreases, each subsequent decrease in the same UTC day can be "
       "performed at most once every 3600 seconds. Number of decreases today: ",
       std::to_string(today), ". Last decrease at: ", std::to_string(last),
       ". Next decrease can be made at: ", std::to_string(next)});
}

// Source: [chosen] remembered wording; no capture at hand confirms it.
std::string index_exists() { return "Attempting to create an index which already exists"; }

std::string one_index_at_a_time() {
  return "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously "
         "per table";
}

// Source: [doc] "Quotas": 20 global indexes per table.
std::string too_many_indexes() {
  return text({kInvalid, "GlobalSecondaryIndex count exceeds the per-table limit of 20"});
}

// Source: [chosen] remembered wording; no capture at hand confirms it.
std::string stream_enabled(std::string_view table_name) {
  return text({"Table already has an enabled stream: TableName: ", table_name});
}

// Source: [chosen] remembered wording; no capture at hand confirms it.
std::string stream_not_enabled(std::string_view table_name) {
  return text({"Table has no stream to disable: TableName: ", table_name});
}

// Source: [chosen] remembered wording; no capture at hand confirms it.
std::string index_being_backfilled(std::string_view index) {
  return text({"Cannot read from backfilling global secondary index: ", index});
}

std::string index_being_updated(std::string_view table_name, std::string_view index) {
  return text({"Attempt to change a resource which is still in use: Index is being updated: ",
               index, " Table: ", table_name});
}

// ---------------------------------------------------------------- tags

std::string tagged_resource_not_found(std::string_view arn) {
  return text({"Requested resource not found: ResourcArn: ", arn, " not found"});
}

// ---------------------------------------------------------------- keys and items

std::string key_does_not_match() { return "The provided key element does not match the schema"; }

std::string empty_key(std::string_view kind, std::string_view name) {
  return text({kNotValid, "The AttributeValue for a key attribute cannot contain an empty ", kind,
               " value. Key: ", name});
}

std::string partition_key_too_long() {
  return text({kInvalid, "Size of hashkey has exceeded the maximum size limit of2048 bytes"});
}

std::string sort_key_too_long() {
  return text(
      {kInvalid, "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"});
}

std::string missing_key(std::string_view name) {
  return text({kInvalid, "Missing the key ", name, " in the item"});
}

std::string key_type_mismatch(std::string_view name, std::string_view expected,
                              std::string_view actual) {
  return text(
      {kInvalid, "Type mismatch for key ", name, " expected: ", expected, " actual: ", actual});
}

std::string index_key_type_mismatch(std::string_view name, std::string_view expected,
                                    std::string_view actual, std::string_view index) {
  return text({kInvalid, "Type mismatch for Index Key ", name, " Expected: ", expected,
               " Actual: ", actual, " IndexName: ", index});
}

// Source: [chosen] remembered wording; no capture at hand confirms it.
std::string empty_index_key(std::string_view kind, std::string_view index, std::string_view name) {
  return text({kNotValid,
               "A value specified for a secondary index key is not supported. The AttributeValue "
               "for a key attribute cannot contain an empty ",
               kind, " value. IndexName: ", index, ", IndexKey: ", name});
}

// Source: [peer] dynalite 4's suite, which ran against DynamoDB; DynamoDB Local's messages.
std::string update_index_key_type() {
  return "The update expression attempted to update the secondary index key to unsupported type";
}

// Source: [seen] paritysuite/dynamodb-conformance, error-messages/transactIndexKeys.
std::string update_empty_index_key(std::string_view kind) {
  return text({kNotValid,
               "The update expression attempted to update a secondary index key to a value that is "
               "not supported. The AttributeValue for a key attribute cannot contain an empty ",
               kind, " value."});
}

std::string condition_failed() { return "The conditional request failed"; }

std::string transaction_ongoing() { return "Transaction is ongoing for the item"; }

std::string transaction_cancelled(std::string_view codes) {
  return text(
      {"Transaction cancelled, please refer cancellation reasons for specific reasons ", codes});
}

// Source: [seen] aws-sdk-java-v2, issue 2518.
std::string transaction_in_progress() {
  return "Transaction from previous request is still in progress";
}

// [chosen] AWS's sentence is not known.
std::string token_mismatch() {
  return "The request uses the same client token as a previous, but non-identical request. Do not "
         "reuse a client token with different requests, unless the requests are identical";
}

std::string duplicate_keys() { return "Provided list of item keys contains duplicates"; }

std::string duplicate_transaction_items() {
  return "Transaction request cannot include multiple operations on one item";
}

// [chosen] AWS's sentence is not known; the limit is [doc] "Quotas", transactions.
std::string transaction_too_large() {
  return "Aggregated size of all items in the transaction has exceeded the limit of 4 MB";
}

std::string provisioned_throughput_exceeded(bool of_index) {
  return of_index
             ? "The level of configured provisioned throughput for one or more global secondary "
               "indexes of the table was exceeded. Consider increasing your provisioning level "
               "for the under-provisioned global secondary indexes with the UpdateTable API."
             : "The level of configured provisioned throughput for the table was exceeded. "
               "Consider increasing your provisioning level with the UpdateTable API.";
}

std::string on_demand_capacity_exceeded(bool of_index) {
  return of_index ? "Throughput exceeds the current capacity for one or more global secondary "
                    "indexes. DynamoDB is automatically scaling your index so please try again "
                    "shortly."
                  : "Throughput exceeds the current capacity of your table or index. DynamoDB is "
                    "automatically scaling your table or index so please try again shortly. If "
                    "exceptions persist, check if you have a hot key: "
                    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
                    "bp-partition-key-design.html";
}

std::string on_demand_maximum_exceeded() {
  return "Throughput exceeds the maximum OnDemandThroughput configured on table or index";
}

std::string account_throughput_exceeded() {
  return "Throughput exceeds the current throughput limit for your account. To request a limit "
         "increase, contact AWS Support at https://aws.amazon.com/support.";
}

}  // namespace dynadeck::engine::messages
