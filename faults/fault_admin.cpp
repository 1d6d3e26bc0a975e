#include "faults/fault_admin.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "faults/language/fields.h"
#include "faults/rules/set.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;
using Refusal = RuleBoard::Refusal;

constexpr std::string_view kRoot = "/_dynadeck/faults";

Response json_answer(int status, const Json& json, RuleBoard::Version version) {
  Response response =
      admin_json(status, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  response.headers.add("ETag", std::string("\"").append(std::to_string(version)).append("\""));
  return response;
}

Json state_of(const ActiveRule& active, Clock::WallTime now) {
  Json json = {{"matched", active.counter.matched()}, {"struck", active.counter.struck()}};
  if (active.rule.ttl) {
    const auto left =
        std::chrono::duration_cast<Duration>(active.active_since - now) + *active.rule.ttl;
    json["retires_in"] = print_duration(std::max(left, Duration::zero()));
  }
  return json;
}

Response show(const RuleBoard& board, int status) {
  const auto [rules, version] = board.look();
  const Clock::WallTime now = board.clock().now();
  Json json = {{"version", version}, {"seed", rules->seed()}};
  json.update(print_count(rules->counting()));
  json["rules"] = Json::array();
  json["state"] = Json::object();
  for (const auto& active : rules->rules()) {
    if (active->retired(now)) continue;
    json["rules"].push_back(print_rule(active->rule));
    json["state"][active->rule.name] = state_of(*active, now);
  }
  return json_answer(status, json, version);
}

Response show_one(const RuleBoard& board, const std::string& name) {
  const auto [rules, version] = board.look();
  const Clock::WallTime now = board.clock().now();
  for (const auto& active : rules->rules()) {
    if (active->rule.name != name || active->retired(now)) continue;
    Json json = print_rule(active->rule);
    json["state"] = state_of(*active, now);
    return json_answer(200, json, version);
  }
  return admin_error(404, "there is no rule '" + name + "'");
}

Response refused(const Problems& problems) {
  Json json = {{"error", to_string(problems)}, {"problems", Json::array()}};
  for (const Problem& each : problems) {
    json["problems"].push_back({{"line", each.line}, {"where", each.where}, {"text", each.text}});
  }
  return admin_json(400, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Response refused(const Refusal& refusal) {
  switch (refusal.why) {
    case Refusal::Why::kVersion:
      return admin_error(412, refusal.text);
    case Refusal::Why::kExists:
      return admin_error(409, refusal.text);
    case Refusal::Why::kUnknownName:
      return admin_error(404, refusal.text);
    case Refusal::Why::kUnable:
      return admin_error(422, refusal.text);
  }
  return admin_error(400, refusal.text);
}

// If-Match: "3" or 3; '*' expects nothing.
Outcome<std::optional<RuleBoard::Version>, std::string> expected_version(
    const AdminRequest& request) {
  using Version = std::optional<RuleBoard::Version>;
  std::string_view text = request.headers.find("If-Match").value_or("*");
  if (text == "*") return Version();
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  const std::optional<std::uint64_t> version = parse_count(text);
  if (version) return Version(version);
  return "If-Match: found '" + std::string(text) + "', expected a version";
}

Response apply(RuleBoard& board, const AdminRequest& request, RuleBoard::Change change,
               int status) {
  const auto expected = expected_version(request);
  if (!expected.ok()) return admin_error(400, expected.error());
  change.expected = *expected;
  const auto applied = board.apply(std::move(change));
  return applied.ok() ? show(board, status) : refused(applied.error());
}

Response put(RuleBoard& board, const AdminRequest& request) {
  Outcome<RuleFile, Problems> file = parse_rules(request.body);
  if (!file.ok()) return refused(file.error());
  RuleBoard::Change change;
  change.replace_all = true;
  change.put = std::move(file->rules);
  change.seed = file->seed;
  change.counting = file->count.value_or(Counting());
  return apply(board, request, std::move(change), 200);
}

Response post(RuleBoard& board, const AdminRequest& request) {
  Outcome<RuleFile, Problems> file = parse_rules(request.body);
  if (!file.ok()) return refused(file.error());
  RuleBoard::Change change;
  change.add = std::move(file->rules);
  change.seed = file->seed;
  change.counting = file->count;
  return apply(board, request, std::move(change), 201);
}

Response patch(RuleBoard& board, const AdminRequest& request) {
  Outcome<RulePatch, Problems> document = parse_patch(request.body);
  if (!document.ok()) return refused(document.error());
  RuleBoard::Change change;
  change.put = std::move(document->file.rules);
  change.seed = document->file.seed;
  change.counting = document->file.count;
  change.remove = std::move(document->remove);
  change.enable = std::move(document->enable);
  change.disable = std::move(document->disable);
  change.reset_counters = document->reset_counters;
  return apply(board, request, std::move(change), 200);
}

Response remove(RuleBoard& board, const AdminRequest& request, const std::string& name) {
  RuleBoard::Change change;
  if (name.empty()) {
    change.replace_all = true;
  } else {
    change.remove = {name};
  }
  return apply(board, request, std::move(change), 200);
}

}  // namespace

AdminHandler faults_handler(RuleBoard& board) {
  return [&board](const AdminRequest& request) {
    std::string name;
    if (request.path.starts_with(kRoot)) name = request.path.substr(kRoot.size());
    name.erase(0, name.find_first_not_of('/') == std::string::npos ? name.size()
                                                                   : name.find_first_not_of('/'));
    if (request.method == "GET") return name.empty() ? show(board, 200) : show_one(board, name);
    if (request.method == "DELETE") return remove(board, request, name);
    if (!name.empty()) return admin_error(405, "a rule by itself answers GET and DELETE");
    const bool empty = request.body.find_first_not_of(" \t\r\n") == std::string::npos;
    if (empty &&
        (request.method == "PUT" || request.method == "POST" || request.method == "PATCH")) {
      // More likely a file that was not found than a wish.
      return admin_error(400, "the document is empty; DELETE removes all rules");
    }
    if (request.method == "PUT") return put(board, request);
    if (request.method == "POST") return post(board, request);
    if (request.method == "PATCH") return patch(board, request);
    return admin_error(405, std::string(kRoot) + " answers GET, PUT, POST, PATCH and DELETE");
  };
}

}  // namespace dynadeck::faults
