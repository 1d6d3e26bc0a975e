// The requests of Query and Scan; see inputs/items.h for what their readers check.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expressions/conditions/condition.h"
#include "engine/expressions/conditions/key_condition.h"
#include "engine/expressions/projection.h"
#include "engine/inputs/options.h"
#include "engine/messages/api_error.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

struct ReadInput {
  std::string table_name;
  std::optional<std::string> index_name;
  std::optional<Condition> filter;
  std::optional<Projection> projection;
  // Attributes that paths lead into.
  std::vector<std::string> nested_projection;
  std::vector<std::string> nested_filter;
  Select select = Select::kUnspecified;
  std::optional<std::int64_t> limit;               // at least 1
  std::optional<std::string> exclusive_start_key;  // an encoded item, not checked against the key
  bool consistent_read = false;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};

struct QueryInput : ReadInput {
  KeyCondition key_condition;
  bool forward = true;  // ScanIndexForward

  // Second phase: a filter must not look at the attributes of the key that is queried. A legacy
  // QueryFilter has a sentence of its own.
  Status check_filter(const KeyShape& shape) const;
  bool has_legacy_filter = false;

  explicit QueryInput(KeyCondition condition) : key_condition(std::move(condition)) {}
};

struct ScanInput : ReadInput {
  std::int64_t segment = 0;
  std::int64_t total_segments = 1;  // more than 1 in a parallel scan
};

Result<QueryInput> read_query(const JsonValue& body);
Result<ScanInput> read_scan(const JsonValue& body);

}  // namespace dynadeck::engine
