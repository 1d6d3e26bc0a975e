// LocalStack's chaos API, in its shapes.
//
// Source: [doc] LocalStack's "Chaos API" guide; the error's text from its "Special configurations"
// examples. [chosen] DELETE with an empty list removes every rule: LocalStack's own samples clear
// an outage so.
#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "faults/fault_admin.h"
#include "faults/language/fields.h"
#include "faults/rules/set.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kRuleName = "localstack-chaos-";
constexpr const char* kLatencyName = "localstack-latency";

// What LocalStack's clients have put up. Synchronized.
struct Chaos {
  std::mutex mutex;
  std::uint64_t next = 1;                           // guarded by mutex, like the rest
  std::vector<std::pair<std::string, Json>> rules;  // our rule's name, empty without; theirs
  std::uint64_t latency_milliseconds = 0;
};

bool is_up(const RuleSet& rules, const std::string& name) {
  return std::any_of(rules.rules().begin(), rules.rules().end(),
                     [&](const auto& active) { return active->rule.name == name; });
}

// Forgets what has been taken down by other ways than LocalStack's.
void forget_gone(Chaos& chaos, const RuleBoard& board) {
  const auto rules = board.look().first;
  std::erase_if(chaos.rules, [&](const auto& entry) {
    return !entry.first.empty() && !is_up(*rules, entry.first);
  });
  if (chaos.latency_milliseconds != 0 && !is_up(*rules, kLatencyName)) {
    chaos.latency_milliseconds = 0;
  }
}

// The operations that a rule of theirs is about; empty where it is about other services.
Json operations_of(const Json& rule) {
  const std::string service = rule.value("service", "*");
  const std::string operation = rule.value("operation", "*");
  const bool everything = service == "*";
  if (!everything && service != "dynamodb" && service != "dynamodbstreams") return Json::array();
  if (operation != "*") {
    if (operations_named(operation).count() != 1) return Json::array();
    const Operation found = find_operation(Api::kStreams, operation);
    const bool of_streams = found != Operation::kUnknown;
    const bool fits = everything || of_streams == (service == "dynamodbstreams");
    return fits ? Json::array({operation}) : Json::array();
  }
  if (everything) return Json::array({"all"});
  if (service == "dynamodbstreams") return Json::array({"streams"});
  return Json::array({"read", "write", "control"});
}

Json translated(const Json& rule, const std::string& name) {
  Json when = {{"operations", operations_of(rule)}};
  if (rule.contains("region")) when["regions"] = rule["region"];
  const Json error = rule.value("error", Json::object());
  return {{"name", name},
          {"when", std::move(when)},
          {"schedule", {{"probability", rule.value("probability", 1.0)}}},
          {"fault",
           {{"error",
             {{"code", error.value("code", "ServiceUnavailable")},
              {"status", error.value("statusCode", 503)},
              {"message", "Operation failed due to a simulated fault"}}}}}};
}

bool is_text_or_absent(const Json& holder, const char* name) {
  return !holder.contains(name) || holder[name].is_string();
}

// What is wrong with a rule of theirs; empty where nothing is.
std::string wrong_with(const Json& rule) {
  if (!rule.is_object()) return "a rule has to be an object";
  for (const char* name : {"service", "region", "operation"}) {
    if (!is_text_or_absent(rule, name)) return std::string(name) + " has to be a string";
  }
  if (rule.contains("probability")) {
    const Json& probability = rule["probability"];
    if (!probability.is_number() || probability < 0 || probability > 1) {
      return "probability has to be a number from 0 to 1";
    }
  }
  if (rule.contains("error")) {
    const Json& error = rule["error"];
    if (!error.is_object()) return "error has to be an object";
    if (!is_text_or_absent(error, "code")) return "error.code has to be a string";
    if (error.contains("statusCode") && !error["statusCode"].is_number_integer()) {
      return "error.statusCode has to be an integer";
    }
  }
  return {};
}

Response shown(const Json& json) {
  return admin_json(200, json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json list_of(const Chaos& chaos) {
  Json list = Json::array();
  for (const auto& entry : chaos.rules) list.push_back(entry.second);
  return list;
}

// Puts up what is new in `rules` and takes down what is gone; chaos.mutex is held.
Response replace(Chaos& chaos, RuleBoard& board, std::vector<std::pair<std::string, Json>> rules) {
  RuleBoard::Change change;
  for (const auto& entry : chaos.rules) {
    const bool stays = std::any_of(rules.begin(), rules.end(),
                                   [&](const auto& each) { return each.first == entry.first; });
    if (!stays) change.remove.push_back(entry.first);
  }
  for (auto& [name, rule] : rules) {
    if (!name.empty() || operations_of(rule).empty()) continue;
    name = kRuleName + std::to_string(chaos.next++);
    Outcome<RuleFile, Problems> file = parse_rules(translated(rule, name).dump());
    if (!file.ok()) return admin_error(400, to_string(file.error()));
    change.put.push_back(std::move(file->rules.front()));
  }
  std::erase(change.remove, "");
  const auto applied = board.apply(std::move(change));
  if (!applied.ok()) return admin_error(409, applied.error().text);
  chaos.rules = std::move(rules);
  return shown(list_of(chaos));
}

Response change_faults(Chaos& chaos, RuleBoard& board, const AdminRequest& request) {
  const Json given = request.method == "DELETE" && request.body.empty()
                         ? Json::array()
                         : Json::parse(request.body, nullptr, false);
  if (!given.is_array()) return admin_error(400, "expected a JSON list of rules");
  for (const Json& rule : given) {
    const std::string wrong = wrong_with(rule);
    if (!wrong.empty()) return admin_error(400, wrong);
  }
  std::vector<std::pair<std::string, Json>> rules;
  if (request.method != "POST") rules = chaos.rules;
  if (request.method == "DELETE") {
    std::erase_if(rules, [&](const auto& entry) {
      // Members come in any order: compare as plain JSON.
      return given.empty() || std::any_of(given.begin(), given.end(), [&](const Json& gone) {
               return nlohmann::json(gone) == nlohmann::json(entry.second);
             });
    });
  } else {
    for (const Json& rule : given) rules.emplace_back("", rule);
  }
  return replace(chaos, board, std::move(rules));
}

Response change_effects(Chaos& chaos, RuleBoard& board, const AdminRequest& request) {
  const Json given = Json::parse(request.body, nullptr, false);
  const bool right =
      given.is_object() && (!given.contains("latency") || given["latency"].is_number_unsigned());
  if (!right) return admin_error(400, "expected {\"latency\": milliseconds}");
  const std::uint64_t milliseconds = given.value("latency", std::uint64_t{0});
  RuleBoard::Change change;
  if (milliseconds == 0) {
    if (chaos.latency_milliseconds != 0) change.remove = {kLatencyName};
  } else {
    const Json rule = {{"name", kLatencyName},
                       {"fault", {{"latency", std::to_string(milliseconds) + "ms"}}}};
    Outcome<RuleFile, Problems> file = parse_rules(rule.dump());
    if (!file.ok()) return admin_error(400, to_string(file.error()));
    change.put = std::move(file->rules);
  }
  const auto applied = board.apply(std::move(change));
  if (!applied.ok()) return admin_error(409, applied.error().text);
  chaos.latency_milliseconds = milliseconds;
  return shown({{"latency", milliseconds}});
}

}  // namespace

AdminHandler chaos_handler(RuleBoard& board) {
  // Shared by the copies of the handler.
  const auto chaos = std::make_shared<Chaos>();
  return [chaos, &board](const AdminRequest& request) {
    const bool effects = request.path.ends_with("/effects");
    const std::string& method = request.method;
    const std::lock_guard lock(chaos->mutex);
    forget_gone(*chaos, board);
    if (method == "GET") {
      return effects ? shown({{"latency", chaos->latency_milliseconds}}) : shown(list_of(*chaos));
    }
    if (effects && method == "POST") return change_effects(*chaos, board, request);
    if (!effects && (method == "POST" || method == "PATCH" || method == "DELETE")) {
      return change_faults(*chaos, board, request);
    }
    return admin_error(405, request.path + (effects ? " answers GET and POST"
                                                    : " answers GET, POST, PATCH and DELETE"));
  };
}

}  // namespace dynadeck::faults
