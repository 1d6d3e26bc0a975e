#include <nlohmann/json.hpp>

#include "faults/language/fields.h"
#include "faults/rules/rule.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
void add_list(Json& json, const char* name, const std::vector<Value>& values) {
  if (!values.empty()) json[name] = values;
}

Json print_patterns(const std::vector<ValuePattern>& patterns) {
  Json list = Json::array();
  for (const ValuePattern& each : patterns) {
    if (each.type.empty()) {
      list.push_back(each.glob);
    } else {
      list.push_back({{each.type, each.glob}});
    }
  }
  return list;
}

Json print_when(const When& when) {
  Json json = Json::object();
  add_list(json, "operations", when.operations);
  add_list(json, "tables", when.tables);
  add_list(json, "indexes", when.indexes);
  for (const auto& [attribute, patterns] : when.key) {
    json["key"][attribute] = print_patterns(patterns);
  }
  add_list(json, "accounts", when.accounts);
  add_list(json, "regions", when.regions);
  add_list(json, "access_keys", when.access_keys);
  add_list(json, "sessions", when.sessions);
  for (const auto& [name, globs] : when.headers) json["headers"][name] = globs;
  for (const auto& [name, globs] : when.members) json["members"][name] = globs;
  add_list(json, "attempts", when.attempts);
  return json;
}

Json print_schedule(const Schedule& schedule) {
  Json json = Json::object();
  if (schedule.probability) json["probability"] = *schedule.probability;
  if (schedule.after) json["after"] = *schedule.after;
  if (schedule.first) json["first"] = *schedule.first;
  if (schedule.every) json["every"] = *schedule.every;
  if (schedule.burst) {
    Json& burst = json["burst"];
    burst["length"] = schedule.burst->length;
    if (schedule.burst->every) burst["every"] = *schedule.burst->every;
    if (schedule.burst->probability) burst["probability"] = *schedule.burst->probability;
  }
  if (schedule.window) {
    Json& window = json["window"];
    window["start"] = print_duration(schedule.window->start);
    window["length"] = print_duration(schedule.window->length);
    if (schedule.window->repeat != Duration::zero()) {
      window["repeat"] = print_duration(schedule.window->repeat);
    }
  }
  if (schedule.max) json["max"] = *schedule.max;
  for (const Schedule& each : schedule.any) json["any"].push_back(print_schedule(each));
  return json;
}

}  // namespace

Json print_rule(const Rule& rule) {
  Json json = {{"name", rule.name}};
  if (!rule.enabled) json["enabled"] = false;
  Json when = print_when(rule.when);
  if (!when.empty()) json["when"] = std::move(when);
  Json schedule = print_schedule(rule.schedule);
  if (!schedule.empty()) json["schedule"] = std::move(schedule);
  json["fault"][std::string(rule.effect->kind())] = rule.effect->print();
  if (rule.delay > Duration::zero()) json["fault"]["delay"] = print_duration(rule.delay);
  json["at"] = rule.at == At::kBefore ? "before" : "after";
  if (rule.ttl) json["ttl"] = print_duration(*rule.ttl);
  return json;
}

Json print_count(const Counting& counting) {
  Json json = Json::object();
  switch (counting.by) {
    case Counting::By::kOrder:
      json["count"] = "order";
      break;
    case Counting::By::kLane:
      json["count"] = "lane";
      json["lane"] = counting.lane;
      break;
    case Counting::By::kRequest:
      json["count"] = "request";
      break;
  }
  return json;
}

}  // namespace dynadeck::faults
