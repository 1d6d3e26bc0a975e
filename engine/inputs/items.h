// The requests of the single-item operations, read and checked as far as that is possible without
// the table.
//
// This room makes plain structs of requests, one reader for each operation.
//
// Each reader does, in DynamoDB's order: JSON types (SerializationException), constraints of shape
// ("1 validation error detected: ..."), then every semantic check that needs no table, expressions
// included. What needs the table comes after ResourceNotFoundException and is the operation's:
// Update::check_keys, KeyCondition::bind, and the key's own attributes.
//
// table_name is a name or an ARN, as given. Keys and items are encoded items (values/value_view.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/expressions/conditions/condition.h"
#include "engine/expressions/projection.h"
#include "engine/expressions/updates/update.h"
#include "engine/inputs/options.h"
#include "engine/messages/api_error.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

struct GetItemInput {
  std::string table_name;
  std::string key;
  bool consistent_read = false;
  std::optional<Projection> projection;
  std::vector<std::string> nested;  // attributes that paths of the projection lead into
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};

// What PutItem, UpdateItem and DeleteItem have in common.
struct WriteInput {
  std::string table_name;
  std::optional<Condition> condition;
  std::vector<std::string> nested;                   // attributes that paths lead into
  ReturnValues return_values = ReturnValues::kNone;  // only those that the operation allows
  bool return_item_on_condition_failure = false;     // ReturnValuesOnConditionCheckFailure
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
  ReturnItemCollectionMetrics return_item_collection_metrics = ReturnItemCollectionMetrics::kNone;
};

struct PutItemInput : WriteInput {
  std::string item;  // at most 400 KB; its key attributes are not checked yet
};

struct UpdateItemInput : WriteInput {
  std::string key;
  Update update;
};

struct DeleteItemInput : WriteInput {
  std::string key;
};

Result<GetItemInput> read_get_item(const JsonValue& body);
Result<PutItemInput> read_put_item(const JsonValue& body);
Result<UpdateItemInput> read_update_item(const JsonValue& body);
Result<DeleteItemInput> read_delete_item(const JsonValue& body);

}  // namespace dynadeck::engine
