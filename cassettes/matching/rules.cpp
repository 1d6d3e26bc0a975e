#include "cassettes/matching/rules.h"

#include <fnmatch.h>

#include <algorithm>

#include "cassettes/json/text.h"
#include "cassettes/matching/hash.h"
#include "cassettes/matching/placed_items.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::string_view kStandIn = "\"<any>\"";

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

bool is_time(std::string_view value) {
  const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
  const std::string_view number = value.substr(0, value.find('.'));
  if (std::all_of(number.begin(), number.end(), is_digit)) {
    // Seconds, milliseconds, microseconds or nanoseconds since 1970, in our days.
    const std::size_t digits = number.size();
    return digits == 10 || digits == 13 || digits == 16 || digits == 19;
  }
  constexpr std::string_view kDate = "0000-00-00";
  if (value.size() < kDate.size()) return false;
  for (std::size_t i = 0; i < kDate.size(); ++i) {
    if (kDate[i] == '0' ? !is_digit(value[i]) : value[i] != kDate[i]) return false;
  }
  return value.size() == kDate.size() || value[kDate.size()] == 'T' || value[kDate.size()] == ' ';
}

std::vector<std::string> identifying(const Renamed& renamed) {
  const bool only_times = std::all_of(renamed.begin(), renamed.end(),
                                      [](const auto& value) { return is_time(value.value); });
  std::vector<std::string> values;
  for (const RenamedValue& renamed_value : renamed) {
    if (only_times || !is_time(renamed_value.value)) values.push_back(renamed_value.value);
  }
  return values;
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
                         const Known& known, std::string& out) const {
  const std::vector<const Rule*> rules = rules_for(operation, body);
  if (rules.empty() && !known) return false;
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
        values.push_back({text_of(places), value_of(raw)});
        replacement = kStandIn;
        return Rewrite::kReplace;
      }
      if (!rule->rename_pattern || !raw.starts_with('"')) continue;
      std::string replaced;
      const auto note = [&](std::string_view match) {
        values.push_back({text_of(places), std::string(match)});
        return std::string("<any>");
      };
      if (rule->rename_pattern->replace_all(string_value(raw), note, replaced)) {
        append_quoted(replacement, replaced);
        return Rewrite::kReplace;
      }
    }
    const std::string* const taped =
        known && raw.starts_with('"') ? known(string_value(raw)) : nullptr;
    if (taped == nullptr) return Rewrite::kKeep;
    append_quoted(replacement, *taped);
    return Rewrite::kReplace;
  };
  // Tables name members of a batch, and what a map is keyed by may be drawn as well.
  const VisitName visit_name = [&](Places places, std::string_view name, std::string& replacement) {
    const bool table = is_by_table(places);
    if (!table && (places.empty() || places.back().name != "M")) return false;
    for (const Rule* rule : rules) {
      if (!rule->rename_pattern) continue;
      const auto note = [&](std::string_view match) {
        values.push_back({text_of(places), std::string(match)});
        return std::string("<any>");
      };
      replacement.clear();
      if (rule->rename_pattern->replace_all(name, note, replacement)) return true;
    }
    const std::string* const taped = table && known ? known(std::string(name)) : nullptr;
    if (taped != nullptr) replacement = *taped;
    return taped != nullptr;
  };
  if (!rewrite_json(body, visit, visit_name, out, only)) return false;
  if (renamed != nullptr) {
    std::stable_sort(values.begin(), values.end(),
                     [](const auto& left, const auto& right) { return left.place < right.place; });
    *renamed = std::move(values);
  }
  return true;
}

std::uint64_t MatchRules::hash(std::string_view operation, std::string_view account,
                               std::string_view region, std::string_view body, Renamed* renamed,
                               const Known& known) const {
  std::string text;
  if (rewrite(operation, body, renamed, known, text)) body = text;
  return match_hash(operation, account, region, hash_body(body).hash);
}

std::string MatchRules::compared(std::string_view operation, std::string_view body,
                                 const Known& known) const {
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

}  // namespace dynadeck::cassettes
