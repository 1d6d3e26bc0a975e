#include "faults/rules/feed.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "faults/rules/set.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Seed and counting as the document has them.
std::string other_of(const RuleFile& file) {
  Json other = file.count ? print_count(*file.count) : Json::object();
  if (file.seed) other["seed"] = *file.seed;
  return text_of(other);
}

template <typename List>
auto named(const List& list, const std::string& name) {
  return std::find_if(list.begin(), list.end(),
                      [&](const auto& each) { return each.name == name; });
}

}  // namespace

Outcome<bool, std::string> RuleFeed::follow(std::string_view document) {
  if (document.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return std::string("the document is empty; `rules: []` says that there are none");
  }
  const Outcome<RuleFile, Problems> file = parse_rules(document);
  if (!file.ok()) return to_string(file.error());
  std::vector<Said> said;
  for (const Rule& rule : file->rules) said.push_back({rule.name, text_of(print_rule(rule))});
  return put_up(*file, said);
}

RuleBoard::Change RuleFeed::change_to(const RuleFile& file, const std::vector<Said>& said) const {
  RuleBoard::Change change;
  const auto [rules, version] = board_.look();
  change.expected = version;
  const Clock::WallTime now = board_.clock().now();
  for (const Said& before : said_) {
    const bool is_up = std::any_of(
        rules->rules().begin(), rules->rules().end(),
        [&](const auto& up) { return up->rule.name == before.name && !up->retired(now); });
    if (is_up && named(said, before.name) == said.end()) change.remove.push_back(before.name);
  }
  for (const Rule& rule : file.rules) {
    const auto before = named(said_, rule.name);
    const bool is_new = before == said_.end() || before->text != named(said, rule.name)->text;
    if (is_new) change.put.push_back(rule);
  }
  if (other_of(file) != other_) {
    change.seed = file.seed;
    change.counting = file.count;
  }
  return change;
}

Outcome<bool, std::string> RuleFeed::put_up(const RuleFile& file, const std::vector<Said>& said) {
  while (true) {
    RuleBoard::Change change = change_to(file, said);
    const bool changes =
        !change.remove.empty() || !change.put.empty() || change.seed || change.counting;
    if (changes) {
      const auto applied = board_.apply(std::move(change));
      const bool overtaken =
          !applied.ok() && applied.error().why == RuleBoard::Refusal::Why::kVersion;
      if (overtaken) continue;  // somebody else has changed the board: look again
      if (!applied.ok()) return applied.error().text;
    }
    said_ = said;
    other_ = other_of(file);
    return changes;
  }
}

}  // namespace dynadeck::faults
