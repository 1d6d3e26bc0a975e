#include "cassettes/match_rules.h"

#include <fnmatch.h>

#include <algorithm>

#include "cassettes/json_text.h"
#include "cassettes/match_hash.h"
#include "harness/request_view.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kMostBindings = 100'000;
constexpr std::string_view kStandIn = "\"<any>\"";

bool fits(const std::string& glob, const std::string& text) {
  return glob.empty() || fnmatch(glob.c_str(), text.c_str(), 0) == 0;
}

std::string text_of(Places places) {
  std::string text;
  for (const Place& place : places) {
    if (place.index >= 0) {
      text.append("[").append(std::to_string(place.index)).append("]");
    } else {
      text.append(".").append(place.name);
    }
  }
  return text;
}

bool is_scalar(std::string_view raw) { return !raw.empty(); }

std::string value_of(std::string_view raw) {
  return raw.starts_with('"') ? string_value(raw) : std::string(raw);
}

std::optional<JsonPath> path_of(const std::string& text, std::string_view option,
                                std::string& wrong) {
  auto path = JsonPath::parse(text);
  if (!path) wrong = std::string(option) + ": " + text + " is no path such as $.Item.createdAt";
  return path;
}

}  // namespace

Outcome<MatchRules, std::string> MatchRules::make(const std::vector<MatchRule>& rules) {
  MatchRules made;
  std::string wrong;
  for (const MatchRule& source : rules) {
    Rule rule{source, {}, {}, {}, {}};
    if (!source.ignore.empty()) rule.ignore = path_of(source.ignore, "ignore", wrong);
    if (!source.only.empty()) rule.only = path_of(source.only, "match-only", wrong);
    if (source.normalise.starts_with('$')) {
      rule.rename_path = path_of(source.normalise, "normalise", wrong);
    } else if (!source.normalise.empty()) {
      constexpr std::string_view kPattern = "pattern:";
      const std::string_view text = source.normalise;
      rule.rename_pattern =
          Pattern::parse(text.starts_with(kPattern) ? text.substr(kPattern.size()) : text);
      if (!rule.rename_pattern) {
        wrong = "normalise: " + source.normalise + " is neither a path nor a pattern";
      }
    }
    if (!wrong.empty()) return wrong;
    made.renames_ = made.renames_ || rule.rename_path || rule.rename_pattern;
    made.rules_.push_back(std::move(rule));
  }
  return made;
}

std::vector<const MatchRules::Rule*> MatchRules::rules_for(std::string_view operation,
                                                           std::string_view body) const {
  std::vector<const Rule*> chosen;
  std::optional<RequestView> view;
  for (const Rule& rule : rules_) {
    if (!fits(rule.source.operation, std::string(operation))) continue;
    if (!rule.source.table.empty()) {
      if (!view) view.emplace(body);
      const auto tables = view->tables();
      const bool named = std::any_of(tables.begin(), tables.end(), [&](const std::string& table) {
        return fits(rule.source.table, table);
      });
      if (!named) continue;
    }
    chosen.push_back(&rule);
  }
  return chosen;
}

std::uint64_t MatchRules::hash(std::string_view operation, std::string_view account,
                               std::string_view region, std::string_view body,
                               Renamed* renamed) const {
  const auto hashed = [&](std::string_view text) {
    return match_hash(operation, account, region, hash_body(text).hash);
  };
  if (rules_.empty()) return hashed(body);
  const std::vector<const Rule*> rules = rules_for(operation, body);
  if (rules.empty()) return hashed(body);
  const bool only = std::any_of(rules.begin(), rules.end(),
                                [](const Rule* rule) { return rule->only.has_value(); });
  Renamed values;
  const Visit visit = [&](Places places, std::string_view raw, std::string& replacement) {
    bool kept = !only;
    for (const Rule* rule : rules) {
      if (rule->ignore && rule->ignore->matches(places)) return Rewrite::kDrop;
      kept = kept || (rule->only && rule->only->matches_around(places));
    }
    if (!is_scalar(raw)) return Rewrite::kKeep;
    if (!kept) return Rewrite::kDrop;
    for (const Rule* rule : rules) {
      if (rule->rename_path && rule->rename_path->matches_around(places)) {
        values.emplace_back(text_of(places), value_of(raw));
        replacement = kStandIn;
        return Rewrite::kReplace;
      }
      if (!rule->rename_pattern || !raw.starts_with('"')) continue;
      std::string replaced;
      const auto note = [&](std::string_view match) {
        values.emplace_back(text_of(places), std::string(match));
        return std::string("<any>");
      };
      if (rule->rename_pattern->replace_all(string_value(raw), note, replaced)) {
        append_quoted(replacement, replaced);
        return Rewrite::kReplace;
      }
    }
    return Rewrite::kKeep;
  };
  std::string text;
  if (!rewrite_json(body, visit, text, only)) return hashed(body);
  if (renamed != nullptr) {
    std::stable_sort(values.begin(), values.end(),
                     [](const auto& left, const auto& right) { return left.first < right.first; });
    *renamed = std::move(values);
  }
  return hashed(text);
}

std::vector<Pattern> MatchRules::patterns() const {
  std::vector<Pattern> found;
  for (const Rule& rule : rules_) {
    if (rule.rename_pattern) found.push_back(*rule.rename_pattern);
  }
  return found;
}

bool Bindings::fit(const Renamed& asked, const Renamed& recorded) const {
  if (asked.size() != recorded.size()) return false;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto live = live_.find(recorded[i].second);
    if (live != live_.end()) {
      if (live->second != asked[i].second) return false;
    } else if (taped_.contains(asked[i].second)) {
      return false;
    }
  }
  return true;
}

void Bindings::bind(const Renamed& asked, const Renamed& recorded) {
  for (std::size_t i = 0; i < std::min(asked.size(), recorded.size()); ++i) {
    bind(recorded[i].second, asked[i].second);
  }
}

void Bindings::bind(const std::string& recorded, const std::string& asked) {
  if (live_.size() >= kMostBindings) return;
  live_.insert_or_assign(recorded, asked);
  taped_.insert_or_assign(asked, recorded);
}

std::string Bindings::replaced(std::string body, const std::vector<Pattern>& patterns,
                               const Values& values) {
  bool changed = false;
  const auto other = [&](std::string_view value) {
    const auto found = values.find(std::string(value));
    if (found == values.end() || found->second == value) return std::string(value);
    changed = true;
    return found->second;
  };
  const Visit visit = [&](Places, std::string_view raw, std::string& replacement) {
    if (!raw.starts_with('"')) return Rewrite::kKeep;
    const std::string text = string_value(raw);
    std::string changed_text = other(text);
    if (changed_text == text) {
      for (const Pattern& pattern : patterns) {
        std::string next;
        if (pattern.replace_all(changed_text, other, next)) changed_text = std::move(next);
      }
    }
    if (changed_text == text) return Rewrite::kKeep;
    append_quoted(replacement, changed_text);
    return Rewrite::kReplace;
  };
  std::string out;
  if (!rewrite_json(body, visit, out) || !changed) return body;
  return out;
}

}  // namespace dynadeck::cassettes
