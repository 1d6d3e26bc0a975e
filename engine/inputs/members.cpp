#include "engine/inputs/members.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "engine/expressions/compile.h"
#include "engine/messages/expressions.h"
#include "engine/messages/legacy.h"
#include "engine/messages/prefixes.h"

namespace dynadeck::engine {
namespace {

std::vector<std::string_view> present(const JsonValue& body,
                                      std::span<const std::string_view> names) {
  std::vector<std::string_view> found;
  for (const std::string_view name : names) {
    if (body.find(name) != nullptr) found.push_back(name);
  }
  return found;
}

// KeyConditions may stand beside expressions that are no key condition.
void allow_key_conditions(const JsonValue& body, std::vector<std::string_view>& legacy) {
  if (body.find("KeyConditionExpression") != nullptr) return;
  std::erase(legacy, "KeyConditions");
}

Status check_values_are_wanted(const JsonValue& body, const Styles& styles, ValueWording wording) {
  if (body.find("ExpressionAttributeValues") == nullptr) return Done{};
  std::vector<std::string_view> takers;
  for (const std::string_view name : styles.expressions) {
    if (name != "ProjectionExpression") takers.push_back(name);
  }
  if (takers.empty() || !present(body, takers).empty()) return Done{};
  return validation_error(
      wording == ValueWording::kCurrent
          ? messages::placeholders_without_expression("ExpressionAttributeValues")
          : messages::values_without_expression(takers));
}

}  // namespace

std::optional<std::string_view> text_member(const JsonValue& body, std::string_view name) {
  const JsonValue* value = body.find(name);
  if (value == nullptr) return std::nullopt;
  return value->text();
}

std::string string_member(const JsonValue& body, std::string_view name) {
  return std::string(text_member(body, name).value_or(std::string_view()));
}

bool is_true(const JsonValue& value) {
  if (!value.is_string()) return value.boolean();
  const std::string_view text = value.text();
  return !text.empty() && std::string_view("tTyY1").find(text.front()) != std::string_view::npos;
}

bool flag_member(const JsonValue& body, std::string_view name, bool otherwise) {
  const JsonValue* value = body.find(name);
  return value == nullptr ? otherwise : is_true(*value);
}

std::optional<std::int64_t> integer_member(const JsonValue& body, std::string_view name) {
  const std::optional<std::string_view> text = text_member(body, name);
  if (!text) return std::nullopt;
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), integer);
  if (error == std::errc::result_out_of_range) return text->front() == '-' ? INT64_MIN : INT64_MAX;
  return integer;
}

ReturnConsumedCapacity read_return_consumed_capacity(const JsonValue& body) {
  const std::string_view text = text_member(body, "ReturnConsumedCapacity").value_or("NONE");
  if (text == "TOTAL") return ReturnConsumedCapacity::kTotal;
  return text == "INDEXES" ? ReturnConsumedCapacity::kIndexes : ReturnConsumedCapacity::kNone;
}

ReturnItemCollectionMetrics read_return_item_collection_metrics(const JsonValue& body) {
  return text_member(body, "ReturnItemCollectionMetrics") == "SIZE"
             ? ReturnItemCollectionMetrics::kSize
             : ReturnItemCollectionMetrics::kNone;
}

ReturnValues read_return_values(const JsonValue& body) {
  const std::string_view text = text_member(body, "ReturnValues").value_or("NONE");
  if (text == "ALL_OLD") return ReturnValues::kAllOld;
  if (text == "UPDATED_OLD") return ReturnValues::kUpdatedOld;
  if (text == "ALL_NEW") return ReturnValues::kAllNew;
  return text == "UPDATED_NEW" ? ReturnValues::kUpdatedNew : ReturnValues::kNone;
}

bool read_return_on_failure(const JsonValue& body) {
  return text_member(body, "ReturnValuesOnConditionCheckFailure") == "ALL_OLD";
}

ApiError enveloped(ApiError error) {
  if (error.code == "ValidationException") {
    error.message = messages::one_validation_error(error.message);
  }
  return error;
}

Status check_styles(const JsonValue& body, const Styles& styles, ValueWording wording) {
  const std::vector<std::string_view> expressions = present(body, styles.expressions);
  if (!expressions.empty()) {
    std::vector<std::string_view> legacy = present(body, styles.legacy);
    allow_key_conditions(body, legacy);
    if (!legacy.empty()) return validation_error(messages::mixed_styles(legacy, expressions));
  }
  if (expressions.empty() && body.find("ExpressionAttributeNames") != nullptr) {
    return validation_error(messages::placeholders_without_expression("ExpressionAttributeNames"));
  }
  return check_values_are_wanted(body, styles, wording);
}

Result<Placeholders> read_placeholders(const JsonValue& body, ValueWording wording) {
  return Placeholders::read(body.find("ExpressionAttributeNames"),
                            body.find("ExpressionAttributeValues"), wording);
}

Result<std::optional<Condition>> read_condition_expression(const JsonValue& body,
                                                           std::string_view parameter,
                                                           Placeholders& placeholders,
                                                           ValueWording wording) {
  const std::optional<std::string_view> expression = text_member(body, parameter);
  if (!expression) return std::optional<Condition>();
  Result<Condition> condition = compile_condition(*expression, parameter, placeholders, wording);
  if (!condition.ok()) return condition.error();
  return std::optional(std::move(condition).value());
}

Result<std::optional<Projection>> read_attributes_to_get(const JsonValue& body) {
  const JsonValue* attributes = body.find("AttributesToGet");
  if (attributes == nullptr) return std::optional<Projection>();
  std::vector<std::string> names;
  for (const JsonValue& name : attributes->elements()) {
    if (std::find(names.begin(), names.end(), name.text()) != names.end()) {
      return validation_error(
          messages::invalid_parameter(messages::duplicate_attribute_name(name.text())));
    }
    names.emplace_back(name.text());
  }
  return std::optional(Projection::of_attributes(names));
}

Result<std::optional<Projection>> read_projection(const JsonValue& body, Placeholders& placeholders,
                                                  ValueWording wording) {
  const std::optional<std::string_view> expression = text_member(body, "ProjectionExpression");
  if (!expression) return read_attributes_to_get(body);
  Result<Projection> projection = compile_projection(*expression, placeholders, wording);
  if (!projection.ok()) return projection.error();
  return std::optional(std::move(projection).value());
}

}  // namespace dynadeck::engine
