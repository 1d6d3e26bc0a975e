#include "cassettes/tools/compare/settled.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cassettes/json/tree.h"
#include "cassettes/tools/compare/drawn_members.h"

namespace dynadeck::cassettes {
namespace {

using nlohmann::json;

// States that something is in for a while, and the one that follows.
struct OnItsWay {
  std::string_view member;
  std::string_view now;
  std::string_view then;
};
constexpr std::array kOnItsWay = {
    OnItsWay{"TableStatus", "CREATING", "ACTIVE"}, OnItsWay{"TableStatus", "UPDATING", "ACTIVE"},
    OnItsWay{"IndexStatus", "CREATING", "ACTIVE"}, OnItsWay{"IndexStatus", "UPDATING", "ACTIVE"},
    OnItsWay{"StreamStatus", "ENABLING", "ENABLED"},
    OnItsWay{"StreamStatus", "DISABLING", "DISABLED"},
    OnItsWay{"TimeToLiveStatus", "ENABLING", "ENABLED"},
    OnItsWay{"TimeToLiveStatus", "DISABLING", "DISABLED"},
    OnItsWay{"DestinationStatus", "ENABLING", "ACTIVE"},
    OnItsWay{"DestinationStatus", "UPDATING", "ACTIVE"},
    OnItsWay{"DestinationStatus", "DISABLING", "DISABLED"},
    // Of SSEDescription and WarmThroughput.
    OnItsWay{"Status", "ENABLING", "ENABLED"}, OnItsWay{"Status", "UPDATING", "ACTIVE"}};

bool is_being_deleted(const json& index) {
  const auto status = index.is_object() ? index.find("IndexStatus") : index.end();
  return status != index.end() && *status == "DELETING";
}

// Without the attributes that are no key of the table or of an index.
void drop_unused_definitions(json& table) {
  const auto definitions = table.find("AttributeDefinitions");
  if (definitions == table.end() || !definitions->is_array()) return;
  const std::string keys = print_tree(table.value("KeySchema", json())) +
                           print_tree(table.value("GlobalSecondaryIndexes", json())) +
                           print_tree(table.value("LocalSecondaryIndexes", json()));
  const auto is_unused = [&](const json& definition) {
    const auto name = definition.is_object() ? definition.find("AttributeName") : definition.end();
    return name != definition.end() && keys.find(print_tree(*name)) == std::string::npos;
  };
  definitions->erase(std::remove_if(definitions->begin(), definitions->end(), is_unused),
                     definitions->end());
}

// Without the indexes that are being deleted, and what they alone need.
void drop_leaving_indexes(json& table) {
  const auto indexes = table.find("GlobalSecondaryIndexes");
  if (indexes == table.end() || !indexes->is_array()) return;
  const auto leaving = std::remove_if(indexes->begin(), indexes->end(), is_being_deleted);
  if (leaving == indexes->end()) return;
  indexes->erase(leaving, indexes->end());
  if (indexes->empty()) table.erase("GlobalSecondaryIndexes");
  drop_unused_definitions(table);
}

}  // namespace

void settle(json& document) {
  if (document.is_array()) {
    for (json& element : document) settle(element);
  }
  if (!document.is_object()) return;
  drop_leaving_indexes(document);
  document.erase("Backfilling");
  for (auto& [name, value] : document.items()) {
    if (!is_user_data(name)) settle(value);
    for (const OnItsWay& step : kOnItsWay) {
      if (name == step.member && value == step.now) value = step.then;
    }
  }
}

std::string status_of_table(const json& document) {
  for (const char* name : {"Table", "TableDescription"}) {
    const auto table = document.find(name);
    if (table == document.end() || !table->is_object()) continue;
    const auto status = table->find("TableStatus");
    if (status != table->end() && status->is_string()) return status->get<std::string>();
  }
  return {};
}

}  // namespace dynadeck::cassettes
