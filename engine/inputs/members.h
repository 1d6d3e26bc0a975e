// Reading single members of a request whose shape has been checked.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/expressions/conditions/condition.h"
#include "engine/expressions/placeholders.h"
#include "engine/expressions/projection.h"
#include "engine/inputs/options.h"
#include "engine/messages/api_error.h"
#include "engine/wire/item_reader.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

// Absent members and null are the same: nothing, empty text, the default.
std::optional<std::string_view> text_member(const JsonValue& body, std::string_view name);
std::string string_member(const JsonValue& body, std::string_view name);
bool flag_member(const JsonValue& body, std::string_view name, bool otherwise = false);
// Fractions are cut off, as Java does.
std::optional<std::int64_t> integer_member(const JsonValue& body, std::string_view name);

// Whether text stands for true: "true", "1", "yes" and booleans.
bool is_true(const JsonValue& value);

ReturnConsumedCapacity read_return_consumed_capacity(const JsonValue& body);
ReturnItemCollectionMetrics read_return_item_collection_metrics(const JsonValue& body);
ReturnValues read_return_values(const JsonValue& body);
bool read_return_on_failure(const JsonValue& body);

// Puts "1 validation error detected: " before the sentence of a ValidationException: what
// PutItem, UpdateItem and DeleteItem do with everything that they refuse without the table.
// The one place that does so.
ApiError enveloped(ApiError error);

// What a request may say in expressions, or else in legacy parameters.
struct Styles {
  std::span<const std::string_view> expressions;
  std::span<const std::string_view> legacy;
};

// Of reads by key, and of updates, alone and in batches and transactions.
inline constexpr std::array<std::string_view, 1> kGetExpressions = {"ProjectionExpression"};
inline constexpr std::array<std::string_view, 1> kGetLegacy = {"AttributesToGet"};
inline constexpr std::array<std::string_view, 2> kUpdateExpressions = {"UpdateExpression",
                                                                       "ConditionExpression"};

// Refuses expressions beside legacy parameters, and placeholders without expressions.
Status check_styles(const JsonValue& body, const Styles& styles, ValueWording wording);

// ProjectionExpression or AttributesToGet; nothing without either.
Result<std::optional<Projection>> read_projection(const JsonValue& body, Placeholders& placeholders,
                                                  ValueWording wording);

// AttributesToGet alone.
Result<std::optional<Projection>> read_attributes_to_get(const JsonValue& body);

// An expression parameter as a condition; nothing without.
Result<std::optional<Condition>> read_condition_expression(const JsonValue& body,
                                                           std::string_view parameter,
                                                           Placeholders& placeholders,
                                                           ValueWording wording);

Result<Placeholders> read_placeholders(const JsonValue& body, ValueWording wording);

}  // namespace dynadeck::engine
