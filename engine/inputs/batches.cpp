#include "engine/inputs/batches.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/expressions/compile.h"
#include "engine/inputs/members.h"
#include "engine/messages/expressions.h"
#include "engine/messages/requests.h"
#include "engine/messages/values.h"
#include "engine/values/json_text.h"
#include "engine/wire/item_shapes.h"
#include "engine/wire/java_echo.h"

namespace dynadeck::engine {
namespace {

constexpr std::size_t kMaxBatchKeys = 100;
constexpr std::size_t kMaxBatchWrites = 25;

constexpr std::array<std::string_view, 1> kActionExpressions = {"ConditionExpression"};

// ---------------------------------------------------------------- BatchGetItem

// One table's projection may not be an expression where another's is AttributesToGet.
Status check_one_style(const JsonValue& tables) {
  const auto has = [&](std::string_view parameter) {
    return std::any_of(
        tables.members().begin(), tables.members().end(),
        [&](const JsonMember& table) { return table.value.find(parameter) != nullptr; });
  };
  if (!has("ProjectionExpression") || !has("AttributesToGet")) return Done{};
  return validation_error(messages::mixed_styles(kGetLegacy, kGetExpressions));
}

Result<std::vector<std::string>> read_keys(const JsonValue& keys, ValueWording wording) {
  std::vector<std::string> items;
  items.reserve(keys.elements().size());
  for (const JsonValue& key : keys.elements()) {
    Result<std::string> item = read_item(key, wording);
    if (!item.ok()) return item.error();
    items.push_back(std::move(item).value());
  }
  std::set<std::string_view> seen;
  for (const std::string& item : items) {
    if (!seen.insert(item).second) return validation_error(messages::duplicate_item_keys());
  }
  return items;
}

std::string other_parameters(const JsonValue& table) {
  std::string json;
  for (const JsonMember& member : table.members()) {
    if (member.name == "Keys" || member.value.is_null()) continue;
    if (!json.empty()) json += ",";
    append_json_text(json, member.name);
    json += ":";
    append_compact_json(json, member.value);
  }
  return json;
}

Result<BatchGetItemInput::Table> read_get_table(const JsonMember& member) {
  constexpr ValueWording kWording = ValueWording::kCurrent;
  const JsonValue& body = member.value;
  if (Status status = check_styles(body, {kGetExpressions, kGetLegacy}, kWording); !status.ok()) {
    return status.error();
  }
  BatchGetItemInput::Table table;
  table.table_name = member.name;
  table.consistent_read = flag_member(body, "ConsistentRead");
  table.parameters = other_parameters(body);
  Result<Placeholders> placeholders = read_placeholders(body, kWording);
  if (!placeholders.ok()) return placeholders.error();
  Result<std::optional<Projection>> projection =
      read_projection(body, placeholders.value(), kWording);
  if (!projection.ok()) return projection.error();
  table.projection = std::move(projection).value();
  table.nested = placeholders->take_nested();
  if (Status status = placeholders->check_all_used(); !status.ok()) return status.error();
  Result<std::vector<std::string>> keys = read_keys(*body.find("Keys"), kWording);
  if (!keys.ok()) return keys.error();
  table.keys = std::move(keys).value();
  return table;
}

// ---------------------------------------------------------------- BatchWriteItem

Result<BatchWriteItemInput::Write> read_write(const JsonValue& request) {
  const JsonValue* put = request.find("PutRequest");
  const JsonValue* deletion = request.find("DeleteRequest");
  if ((put == nullptr) == (deletion == nullptr)) {
    // AWS's sentence is about something else.
    return validation_error(messages::several_attribute_values());
  }
  const JsonValue& attributes = put != nullptr ? *put->find("Item") : *deletion->find("Key");
  Result<std::string> item = read_item(attributes, ValueWording::kOlder);
  if (!item.ok()) return item.error();
  if (put != nullptr && item_size_bytes(ItemView(item.value())) > kMaxItemBytes) {
    return validation_error(messages::item_too_large());
  }
  return BatchWriteItemInput::Write{put != nullptr, std::move(item).value()};
}

// ---------------------------------------------------------------- transactions

using Action = TransactWriteItemsInput::Action;
using ActionType = TransactWriteItemsInput::Kind;

struct ActionKind {
  std::string_view member;
  ActionType kind;
};

constexpr std::array kActionKinds = {
    ActionKind{"ConditionCheck", ActionType::kConditionCheck},
    ActionKind{"Put", ActionType::kPut},
    ActionKind{"Delete", ActionType::kDelete},
    ActionKind{"Update", ActionType::kUpdate},
};

Status read_action_expressions(const JsonValue& body, Action& action) {
  constexpr ValueWording kWording = ValueWording::kOlder;
  const bool is_update = action.kind == ActionType::kUpdate;
  const Styles styles = {is_update ? std::span<const std::string_view>(kUpdateExpressions)
                                   : std::span<const std::string_view>(kActionExpressions),
                         {}};
  if (Status status = check_styles(body, styles, kWording); !status.ok()) return status;
  Result<Placeholders> placeholders = read_placeholders(body, kWording);
  if (!placeholders.ok()) return placeholders.error();
  if (is_update) {
    Result<Update> update =
        compile_update(*text_member(body, "UpdateExpression"), placeholders.value());
    if (!update.ok()) return update.error();
    action.update = std::move(update).value();
  }
  Result<std::optional<Condition>> condition =
      read_condition_expression(body, "ConditionExpression", placeholders.value(), kWording);
  if (!condition.ok()) return condition.error();
  action.condition = std::move(condition).value();
  action.nested = placeholders->take_nested();
  return placeholders->check_all_used();
}

Result<Action> read_action(const JsonValue& item) {
  const auto chosen = [&](const ActionKind& kind) { return item.find(kind.member) != nullptr; };
  if (std::count_if(kActionKinds.begin(), kActionKinds.end(), chosen) != 1) {
    return validation_error(messages::one_action_per_item());
  }
  const ActionKind& kind = *std::find_if(kActionKinds.begin(), kActionKinds.end(), chosen);
  const JsonValue& body = *item.find(kind.member);
  Action action;
  action.kind = kind.kind;
  action.table_name = string_member(body, "TableName");
  action.return_item_on_condition_failure = read_return_on_failure(body);
  if (Status status = read_action_expressions(body, action); !status.ok()) return status.error();
  const JsonValue& attributes = *body.find(kind.kind == ActionType::kPut ? "Item" : "Key");
  Result<std::string> encoded = read_item(attributes, ValueWording::kOlder);
  if (!encoded.ok()) return encoded.error();
  action.item = std::move(encoded).value();
  if (kind.kind == ActionType::kPut && item_size_bytes(ItemView(action.item)) > kMaxItemBytes) {
    return validation_error(messages::item_too_large());
  }
  return action;
}

Result<TransactGetItemsInput::Get> read_get(const JsonValue& body) {
  constexpr ValueWording kWording = ValueWording::kOlder;
  if (Status status = check_styles(body, {kGetExpressions, {}}, kWording); !status.ok()) {
    return status.error();
  }
  TransactGetItemsInput::Get get;
  get.table_name = string_member(body, "TableName");
  Result<Placeholders> placeholders = read_placeholders(body, kWording);
  if (!placeholders.ok()) return placeholders.error();
  Result<std::optional<Projection>> projection =
      read_projection(body, placeholders.value(), kWording);
  if (!projection.ok()) return projection.error();
  get.projection = std::move(projection).value();
  get.nested = placeholders->take_nested();
  if (Status status = placeholders->check_all_used(); !status.ok()) return status.error();
  Result<std::string> key = read_item(*body.find("Key"), kWording);
  if (!key.ok()) return key.error();
  get.key = std::move(key).value();
  return get;
}

}  // namespace

Result<BatchGetItemInput> read_batch_get_item(const JsonValue& body) {
  if (Status status = check_request(shapes::kBatchGetItem, body); !status.ok()) {
    return status.error();
  }
  const JsonValue& tables = *body.find("RequestItems");
  if (Status status = check_one_style(tables); !status.ok()) return status.error();
  BatchGetItemInput input;
  input.return_consumed_capacity = read_return_consumed_capacity(body);
  std::size_t keys = 0;
  for (const JsonMember& member : tables.members()) {
    if (member.value.is_null()) continue;
    Result<BatchGetItemInput::Table> table = read_get_table(member);
    if (!table.ok()) return table.error();
    keys += table->keys.size();
    if (keys > kMaxBatchKeys) return validation_error(messages::too_many_batch_keys());
    input.tables.push_back(std::move(table).value());
  }
  return input;
}

Result<BatchWriteItemInput> read_batch_write_item(const JsonValue& body) {
  if (Status status = check_request(shapes::kBatchWriteItem, body); !status.ok()) {
    return status.error();
  }
  BatchWriteItemInput input;
  input.return_consumed_capacity = read_return_consumed_capacity(body);
  input.return_item_collection_metrics = read_return_item_collection_metrics(body);
  std::size_t writes = 0;
  for (const JsonMember& member : body.find("RequestItems")->members()) {
    BatchWriteItemInput::Table& table = input.tables.emplace_back();
    table.table_name = member.name;
    writes += member.value.elements().size();
    if (writes > kMaxBatchWrites) return validation_error(messages::too_many_batch_writes());
    for (const JsonValue& request : member.value.elements()) {
      Result<BatchWriteItemInput::Write> write = read_write(request);
      if (!write.ok()) return write.error();
      table.writes.push_back(std::move(write).value());
    }
  }
  return input;
}

Result<TransactGetItemsInput> read_transact_get_items(const JsonValue& body) {
  if (Status status = check_request(shapes::kTransactGetItems, body); !status.ok()) {
    return status.error();
  }
  TransactGetItemsInput input;
  input.return_consumed_capacity = read_return_consumed_capacity(body);
  for (const JsonValue& item : body.find("TransactItems")->elements()) {
    Result<TransactGetItemsInput::Get> get = read_get(*item.find("Get"));
    if (!get.ok()) return get.error();
    input.gets.push_back(std::move(get).value());
  }
  return input;
}

Result<TransactWriteItemsInput> read_transact_write_items(const JsonValue& body) {
  if (Status status = check_request(shapes::kTransactWriteItems, body); !status.ok()) {
    return status.error();
  }
  TransactWriteItemsInput input;
  input.return_consumed_capacity = read_return_consumed_capacity(body);
  input.return_item_collection_metrics = read_return_item_collection_metrics(body);
  if (const auto token = text_member(body, "ClientRequestToken")) {
    input.client_request_token = *token;
  }
  for (const JsonValue& item : body.find("TransactItems")->elements()) {
    Result<Action> action = read_action(item);
    if (!action.ok()) return action.error();
    input.actions.push_back(std::move(action).value());
  }
  return input;
}

}  // namespace dynadeck::engine
