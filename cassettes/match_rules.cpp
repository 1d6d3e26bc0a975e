#include "cassettes/match_rules.h"

#include <fnmatch.h>

#include <algorithm>

#include "cassettes/json_text.h"
#include "cassettes/match_hash.h"
#include "harness/request_view.h"

namespace dynadeck::cassettes {
namespace {

// Beyond that, values are no longer renamed: they take about 500 bytes each.
constexpr std::size_t kMostBindings = 200'000;
constexpr std::string_view kStandIn = "\"<any>\"";

std::uint64_t hash_of_pair(const std::string& recorded, const std::string& asked) {
  return combine(hash_text(recorded), hash_text(asked));
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

MatchRules::Glob::Glob(std::string text)
    : text_(std::move(text)), plain_(text_.find_first_of("*?[\\") == std::string::npos) {}

bool MatchRules::Glob::fits(std::string_view name) const {
  if (text_.empty() || text_ == name) return true;
  return !plain_ && fnmatch(text_.c_str(), std::string(name).c_str(), 0) == 0;
}

std::vector<MatchRule> with_usual_rules(std::vector<MatchRule> rules) {
  for (const std::string_view operation : {"TransactWriteItems", "ExecuteTransaction"}) {
    MatchRule usual;
    usual.operation = operation;
    usual.ignore = "$.ClientRequestToken";
    const bool known = std::any_of(rules.begin(), rules.end(), [&](const MatchRule& rule) {
      return rule.operation == usual.operation && rule.table.empty() && rule.ignore == usual.ignore;
    });
    if (!known) rules.push_back(std::move(usual));
  }
  return rules;
}

Outcome<MatchRules, std::string> MatchRules::make(const std::vector<MatchRule>& rules) {
  MatchRules made;
  std::string wrong;
  for (const MatchRule& source : rules) {
    Rule rule{Glob(source.operation), Glob(source.table), {}, {}, {}, {}};
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
    if (!rule.operation.fits(operation)) continue;
    if (!rule.table.empty()) {
      if (!view) view.emplace(body);
      const auto tables = view->tables();
      const bool named = std::any_of(tables.begin(), tables.end(), [&](const std::string& table) {
        return rule.table.fits(table);
      });
      if (!named) continue;
    }
    chosen.push_back(&rule);
  }
  return chosen;
}

bool MatchRules::concern(std::string_view operation) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [&](const Rule& rule) { return rule.operation.fits(operation); });
}

bool MatchRules::rewrite(std::string_view operation, std::string_view body, Renamed* renamed,
                         const Bindings* known, std::string& out) const {
  const std::vector<const Rule*> rules = rules_for(operation, body);
  if (rules.empty() && known == nullptr) return false;
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
    const std::string* const taped =
        known != nullptr && raw.starts_with('"') ? known->taped(string_value(raw)) : nullptr;
    if (taped == nullptr) return Rewrite::kKeep;
    append_quoted(replacement, *taped);
    return Rewrite::kReplace;
  };
  if (!rewrite_json(body, visit, out, only)) return false;
  if (renamed != nullptr) {
    std::stable_sort(values.begin(), values.end(),
                     [](const auto& left, const auto& right) { return left.first < right.first; });
    *renamed = std::move(values);
  }
  return true;
}

std::uint64_t MatchRules::hash(std::string_view operation, std::string_view account,
                               std::string_view region, std::string_view body, Renamed* renamed,
                               const Bindings* known) const {
  std::string text;
  if (rewrite(operation, body, renamed, known, text)) body = text;
  return match_hash(operation, account, region, hash_body(body).hash);
}

std::string MatchRules::compared(std::string_view operation, std::string_view body,
                                 const Bindings* known) const {
  std::string text;
  return rewrite(operation, body, nullptr, known, text) ? text : std::string(body);
}

std::vector<Pattern> MatchRules::patterns() const {
  std::vector<Pattern> found;
  for (const Rule& rule : rules_) {
    if (rule.rename_pattern) found.push_back(*rule.rename_pattern);
  }
  return found;
}

Bindings::Fit Bindings::fit(const Renamed& asked, const Renamed& recorded) const {
  if (asked.size() != recorded.size()) return Fit::kNot;
  Fit found = Fit::kExact;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (pairs_.contains(hash_of_pair(recorded[i].second, asked[i].second))) continue;
    const bool old = live_.contains(recorded[i].second);
    if (taped(asked[i].second) == nullptr) {
      if (old) found = std::min(found, Fit::kTakesOver);
    } else {
      // A value that is known is not taken for another one's first.
      found = std::min(found, old ? Fit::kContradicts : Fit::kTakesOver);
    }
  }
  return found;
}

void Bindings::bind(const Renamed& asked, const Renamed& recorded) {
  for (std::size_t i = 0; i < std::min(asked.size(), recorded.size()); ++i) {
    bind(recorded[i].second, asked[i].second);
  }
}

void Bindings::bind(const std::string& recorded, const std::string& asked) {
  if (live_.size() >= kMostBindings || pairs_.size() >= 2 * kMostBindings) return;
  live_.insert_or_assign(recorded, asked);
  taped_.insert_or_assign(asked, recorded);
  pairs_.insert(hash_of_pair(recorded, asked));
}

const std::string* Bindings::taped(const std::string& value) const {
  const auto found = taped_.find(value);
  return found == taped_.end() ? nullptr : &found->second;
}

std::optional<std::vector<std::string>> Bindings::taped(const Renamed& asked) const {
  std::vector<std::string> values;
  for (const auto& [place, value] : asked) {
    const std::string* const known = taped(value);
    if (known == nullptr) return std::nullopt;
    values.push_back(*known);
  }
  return values;
}

namespace {

// other: what stands for a value, or null.
template <typename Other>
std::string replaced(std::string body, const std::vector<Pattern>& patterns, const Other& other) {
  bool changed = false;
  const auto replacement_of = [&](std::string_view value) {
    const std::string text(value);
    const std::string* const found = other(text);
    if (found == nullptr || *found == text) return text;
    changed = true;
    return *found;
  };
  const Visit visit = [&](Places, std::string_view raw, std::string& replacement) {
    if (!raw.starts_with('"')) return Rewrite::kKeep;
    const std::string text = string_value(raw);
    std::string changed_text = replacement_of(text);
    if (changed_text == text) {
      for (const Pattern& pattern : patterns) {
        std::string next;
        if (pattern.replace_all(changed_text, replacement_of, next)) changed_text = std::move(next);
      }
    }
    if (changed_text == text) return Rewrite::kKeep;
    append_quoted(replacement, changed_text);
    return Rewrite::kReplace;
  };
  // Names of attributes can be values: those of a map that is keyed by something.
  const VisitName visit_name = [&](Places, std::string_view name, std::string& replacement) {
    replacement = name;
    for (const Pattern& pattern : patterns) {
      std::string next;
      if (pattern.replace_all(replacement, replacement_of, next)) replacement = std::move(next);
    }
    return replacement != name;
  };
  std::string out;
  const bool walked = patterns.empty() ? rewrite_json(body, visit, out)
                                       : rewrite_json(body, visit, visit_name, out);
  return walked && changed ? out : body;
}

const std::string* find(const Bindings::Values& values, const std::string& value) {
  const auto found = values.find(value);
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace

std::string Bindings::apply(std::string body, const std::vector<Pattern>& patterns,
                            const Values& first) const {
  return replaced(std::move(body), patterns, [&](const std::string& value) {
    const std::string* const own = find(first, value);
    return own != nullptr ? own : find(live_, value);
  });
}

std::string Bindings::revert(std::string body, const std::vector<Pattern>& patterns) const {
  return replaced(std::move(body), patterns,
                  [&](const std::string& value) { return find(taped_, value); });
}

}  // namespace dynadeck::cassettes
