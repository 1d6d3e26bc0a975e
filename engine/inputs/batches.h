// The requests of batches and transactions; see inputs/items.h for what their readers check.
#pragma once

#include <cstdint>
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

struct BatchGetItemInput {
  struct Table {
    std::string table_name;
    std::vector<std::string> keys;
    bool consistent_read = false;
    std::optional<Projection> projection;
    std::vector<std::string> nested;  // attributes that paths of the projection lead into
    // The parameters beside Keys as JSON text without braces (`"ConsistentRead":true`), to be
    // given back with UnprocessedKeys; empty for none.
    std::string parameters;
  };
  std::vector<Table> tables;  // 1 to 100 keys together
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};

struct BatchWriteItemInput {
  struct Write {
    bool is_put;
    std::string item;  // the item to put, or the key to delete
  };
  struct Table {
    std::string table_name;
    std::vector<Write> writes;
  };
  std::vector<Table> tables;  // 1 to 25 writes together
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
  ReturnItemCollectionMetrics return_item_collection_metrics = ReturnItemCollectionMetrics::kNone;
};

struct TransactGetItemsInput {
  struct Get {
    std::string table_name;
    std::string key;
    std::optional<Projection> projection;
    std::vector<std::string> nested;  // as above
  };
  std::vector<Get> gets;  // 1 to 100
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};

struct TransactWriteItemsInput {
  enum class Kind : std::uint8_t { kConditionCheck, kPut, kUpdate, kDelete };
  struct Action {
    Kind kind = Kind::kPut;
    std::string table_name;
    std::string item;  // the item to put, or the key
    Update update;
    std::optional<Condition> condition;
    std::vector<std::string> nested;  // attributes that paths lead into
    bool return_item_on_condition_failure = false;
  };
  std::vector<Action> actions;  // 1 to 100
  std::optional<std::string> client_request_token;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
  ReturnItemCollectionMetrics return_item_collection_metrics = ReturnItemCollectionMetrics::kNone;
};

Result<BatchGetItemInput> read_batch_get_item(const JsonValue& body);
Result<BatchWriteItemInput> read_batch_write_item(const JsonValue& body);
Result<TransactGetItemsInput> read_transact_get_items(const JsonValue& body);
Result<TransactWriteItemsInput> read_transact_write_items(const JsonValue& body);

}  // namespace dynadeck::engine
