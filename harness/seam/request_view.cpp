#include "harness/seam/request_view.h"

#include <algorithm>

namespace dynadeck {
namespace {

using nlohmann::json;

// JSON deeper than this is not looked into: destroying a tree recurses, and DynamoDB's own requests
// stay far below.
constexpr int kMaxDepth = 512;

json parse(std::string_view body) {
  const auto limit_depth = [](int depth, json::parse_event_t, json&) { return depth <= kMaxDepth; };
  return json::parse(body.begin(), body.end(), limit_depth, false);
}

void add_name(std::vector<std::string>& tables, const json& value) {
  if (!value.is_string()) return;
  const std::string_view name = table_name_of(value.get_ref<const std::string&>());
  if (std::find(tables.begin(), tables.end(), name) == tables.end()) tables.emplace_back(name);
}

void add_table_name(std::vector<std::string>& tables, const json& holder) {
  if (!holder.is_object()) return;
  const auto found = holder.find("TableName");
  if (found != holder.end()) add_name(tables, *found);
}

// BatchGetItem and BatchWriteItem name tables as keys of RequestItems.
void add_batch_tables(std::vector<std::string>& tables, const json& document) {
  const auto items = document.find("RequestItems");
  if (items == document.end() || !items->is_object()) return;
  for (const auto& [name, unused] : items->items()) add_name(tables, name);
}

// TransactItems is a list of {"Put": {"TableName": ...}} and the like.
void add_transaction_tables(std::vector<std::string>& tables, const json& document) {
  const auto items = document.find("TransactItems");
  if (items == document.end() || !items->is_array()) return;
  for (const json& item : *items) {
    if (!item.is_object()) continue;
    for (const auto& [action, parameters] : item.items()) add_table_name(tables, parameters);
  }
}

}  // namespace

RequestView::RequestView(std::string_view body) : document_(parse(body)) {
  if (!valid()) return;
  add_table_name(tables_, document_);
  for (const char* member : {"ResourceArn", "StreamArn", "TableArn"}) {
    const auto found = document_.find(member);
    if (found != document_.end()) add_name(tables_, *found);
  }
  add_batch_tables(tables_, document_);
  add_transaction_tables(tables_, document_);
  const auto index = document_.find("IndexName");
  if (index != document_.end() && index->is_string()) index_ = index->get<std::string>();
}

std::string_view table_name_of(std::string_view name_or_arn) {
  if (!name_or_arn.starts_with("arn:")) return name_or_arn;
  constexpr std::string_view kMarker = ":table/";
  const std::size_t marker = name_or_arn.find(kMarker);
  if (marker == std::string_view::npos) return name_or_arn;
  const std::string_view rest = name_or_arn.substr(marker + kMarker.size());
  return rest.substr(0, rest.find('/'));
}

}  // namespace dynadeck
