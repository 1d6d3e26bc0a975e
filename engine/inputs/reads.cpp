#include "engine/inputs/reads.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/expressions/compile.h"
#include "engine/inputs/legacy.h"
#include "engine/inputs/members.h"
#include "engine/messages/key_conditions.h"
#include "engine/messages/reads.h"
#include "engine/messages/requests.h"
#include "engine/wire/item_shapes.h"

namespace dynadeck::engine {
namespace {

constexpr std::array<std::string_view, 3> kQueryExpressions = {
    "ProjectionExpression", "FilterExpression", "KeyConditionExpression"};
constexpr std::array<std::string_view, 4> kQueryLegacy = {"AttributesToGet", "QueryFilter",
                                                          "ConditionalOperator", "KeyConditions"};
constexpr std::array<std::string_view, 2> kScanExpressions = {"ProjectionExpression",
                                                              "FilterExpression"};
constexpr std::array<std::string_view, 3> kScanLegacy = {"AttributesToGet", "ScanFilter",
                                                         "ConditionalOperator"};

Select read_select(const JsonValue& body) {
  const std::string_view text = text_member(body, "Select").value_or(std::string_view());
  if (text == "ALL_ATTRIBUTES") return Select::kAllAttributes;
  if (text == "ALL_PROJECTED_ATTRIBUTES") return Select::kAllProjectedAttributes;
  if (text == "SPECIFIC_ATTRIBUTES") return Select::kSpecificAttributes;
  return text == "COUNT" ? Select::kCount : Select::kUnspecified;
}

void read_options(const JsonValue& body, ReadInput& input) {
  input.table_name = string_member(body, "TableName");
  if (const auto index = text_member(body, "IndexName")) input.index_name = *index;
  input.select = read_select(body);
  input.limit = integer_member(body, "Limit");
  input.consistent_read = flag_member(body, "ConsistentRead");
  input.return_consumed_capacity = read_return_consumed_capacity(body);
}

// Whether Select agrees with the projection and the index.
Status check_select(const JsonValue& body, Select select) {
  std::string_view parameter;
  if (body.find("ProjectionExpression") != nullptr) {
    parameter = "ProjectionExpression";
  } else if (body.find("AttributesToGet") != nullptr) {
    parameter = "AttributesToGet";
  }
  const bool projects = !parameter.empty();
  switch (select) {
    case Select::kSpecificAttributes:
      if (!projects) return validation_error(messages::select_needs_projection());
      break;
    case Select::kCount:
      if (projects) return validation_error(messages::projection_with_count(parameter));
      break;
    case Select::kAllProjectedAttributes:
      if (projects) {
        return validation_error(
            messages::projection_with_all(parameter, "ALL_PROJECTED_ATTRIBUTES"));
      }
      if (body.find("IndexName") == nullptr) {
        return validation_error(messages::projected_needs_index());
      }
      break;
    case Select::kAllAttributes:
      if (projects) {
        return validation_error(messages::projection_with_all(parameter, "ALL_ATTRIBUTES"));
      }
      break;
    case Select::kUnspecified:
      break;
  }
  return Done{};
}

// Which problems of a value are told without saying that it is the starting key's.
// Source: [peer] dynalite 4.
bool speaks_for_itself(std::string_view message) {
  constexpr std::array<std::string_view, 5> kPhrases = {"contains duplicates", "number set",
                                                        "numeric value", "significant digits",
                                                        "number with magnitude"};
  return std::any_of(kPhrases.begin(), kPhrases.end(), [&](std::string_view phrase) {
    return message.find(phrase) != std::string_view::npos;
  });
}

Status read_start_key(const JsonValue& body, ValueWording wording, ReadInput& input) {
  const JsonValue* key = body.find("ExclusiveStartKey");
  if (key == nullptr) return Done{};
  Result<std::string> item = read_item(*key, wording);
  if (item.ok()) {
    input.exclusive_start_key = std::move(item).value();
    return Done{};
  }
  const std::string& message = item.error().message;
  if (speaks_for_itself(message)) return item.error();
  return validation_error(messages::starting_key_invalid(message));
}

Status check_conditional_operator(const JsonValue& body) {
  const auto text = text_member(body, "ConditionalOperator");
  if (!text || *text == "AND" || *text == "OR") return Done{};
  constexpr std::array<std::string_view, 2> kShown = {"ALL", "OR"};
  return validation_error(messages::constraint_anonymous(messages::must_be_one_of(kShown)));
}

// FilterExpression and ProjectionExpression.
Status read_expressions(const JsonValue& body, ValueWording wording, Placeholders& placeholders,
                        ReadInput& input) {
  Result<std::optional<Condition>> filter =
      read_condition_expression(body, "FilterExpression", placeholders, wording);
  if (!filter.ok()) return filter.error();
  if (filter.value()) input.filter = std::move(filter).value();
  input.nested_filter = placeholders.take_nested();
  Result<std::optional<Projection>> projection = read_projection(body, placeholders, wording);
  if (!projection.ok()) return projection.error();
  input.projection = std::move(projection).value();
  input.nested_projection = placeholders.take_nested();
  return Done{};
}

Status check_segments(const JsonValue& body, ScanInput& input) {
  const auto segment = integer_member(body, "Segment");
  const auto total = integer_member(body, "TotalSegments");
  if (segment && !total) return validation_error(messages::total_segments_missing());
  if (total && !segment) return validation_error(messages::segment_missing());
  if (!segment) return Done{};
  if (*segment >= *total) return validation_error(messages::segment_too_large(*segment, *total));
  input.segment = *segment;
  input.total_segments = *total;
  return Done{};
}

Result<KeyCondition> read_key_condition(const JsonValue& body, ValueWording wording,
                                        Placeholders& placeholders) {
  if (const auto expression = text_member(body, "KeyConditionExpression")) {
    return compile_key_condition(*expression, placeholders);
  }
  return read_key_conditions(*body.find("KeyConditions"), wording);
}

}  // namespace

Status QueryInput::check_filter(const KeyShape& shape) const {
  if (!filter) return Done{};
  for (const std::string& attribute : filter->attributes()) {
    const auto is_it = [&](const KeyAttribute& key) { return key.name == attribute; };
    const bool in_key = std::any_of(shape.partition.begin(), shape.partition.end(), is_it) ||
                        std::any_of(shape.sort.begin(), shape.sort.end(), is_it);
    if (!in_key) continue;
    return validation_error(has_legacy_filter ? messages::legacy_filter_on_key(attribute)
                                              : messages::filter_on_key(attribute));
  }
  return Done{};
}

Result<QueryInput> read_query(const JsonValue& body) {
  constexpr ValueWording kWording = ValueWording::kCurrent;
  if (Status status = check_types(shapes::kQuery, body); !status.ok()) return status.error();
  if (Status status = check_conditional_operator(body); !status.ok()) return status.error();
  if (Status status = check_constraints(shapes::kQuery, body); !status.ok()) return status.error();
  // The only semantic refusals of Query that wear the envelope.
  if (Status status = check_select(body, read_select(body)); !status.ok()) {
    return enveloped(status.error());
  }
  if (Status status = check_styles(body, {kQueryExpressions, kQueryLegacy}, kWording);
      !status.ok()) {
    return status.error();
  }
  Result<std::optional<Condition>> legacy_filter =
      read_legacy_filter(body, "QueryFilter", kWording);
  if (!legacy_filter.ok()) return legacy_filter.error();
  ReadInput options;
  if (Status status = read_start_key(body, kWording, options); !status.ok()) {
    return status.error();
  }
  if (body.find("KeyConditions") == nullptr && body.find("KeyConditionExpression") == nullptr) {
    return validation_error(messages::key_conditions_missing());
  }
  Result<Placeholders> placeholders = read_placeholders(body, kWording);
  if (!placeholders.ok()) return placeholders.error();
  options.filter = std::move(legacy_filter).value();
  const bool has_legacy_filter = options.filter.has_value();
  if (Status status = read_expressions(body, kWording, placeholders.value(), options);
      !status.ok()) {
    return status.error();
  }
  Result<KeyCondition> condition = read_key_condition(body, kWording, placeholders.value());
  if (!condition.ok()) return condition.error();
  if (Status status = placeholders->check_all_used(); !status.ok()) return status.error();
  QueryInput input(std::move(condition).value());
  static_cast<ReadInput&>(input) = std::move(options);
  read_options(body, input);
  input.forward = flag_member(body, "ScanIndexForward", true);
  input.has_legacy_filter = has_legacy_filter;
  return input;
}

Result<ScanInput> read_scan(const JsonValue& body) {
  constexpr ValueWording kWording = ValueWording::kOlder;
  if (Status status = check_request(shapes::kScan, body); !status.ok()) return status.error();
  if (Status status = check_styles(body, {kScanExpressions, kScanLegacy}, kWording); !status.ok()) {
    return status.error();
  }
  ScanInput input;
  read_options(body, input);
  if (Status status = check_select(body, input.select); !status.ok()) return status.error();
  Result<std::optional<Condition>> legacy_filter = read_legacy_filter(body, "ScanFilter", kWording);
  if (!legacy_filter.ok()) return legacy_filter.error();
  input.filter = std::move(legacy_filter).value();
  if (Status status = read_start_key(body, kWording, input); !status.ok()) return status.error();
  if (Status status = check_segments(body, input); !status.ok()) return status.error();
  Result<Placeholders> placeholders = read_placeholders(body, kWording);
  if (!placeholders.ok()) return placeholders.error();
  if (Status status = read_expressions(body, kWording, placeholders.value(), input); !status.ok()) {
    return status.error();
  }
  if (Status status = placeholders->check_all_used(); !status.ok()) return status.error();
  return input;
}

}  // namespace dynadeck::engine
