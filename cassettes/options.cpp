#include "cassettes/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>

#include "cassettes/json/text.h"
#include "cassettes/redaction/redactor.h"
#include "cassettes/tape/header.h"

namespace dynadeck::cassettes {
namespace {

using Result = Outcome<Done, std::string>;

constexpr std::array<std::pair<std::string_view, Mode>, 4> kModes = {
    {{"all", Mode::kAll},
     {"once", Mode::kOnce},
     {"none", Mode::kNone},
     {"new-episodes", Mode::kNewEpisodes}}};
constexpr std::array<std::pair<std::string_view, Order>, 3> kOrders = {
    {{"strict", Order::kStrict}, {"item", Order::kItem}, {"free", Order::kFree}}};
constexpr std::array<std::pair<std::string_view, Repeat>, 3> kRepeats = {
    {{"once", Repeat::kOnce}, {"last", Repeat::kLast}, {"cycle", Repeat::kCycle}}};
constexpr std::array<std::pair<std::string_view, Unmatched>, 3> kUnmatched = {
    {{"error", Unmatched::kError},
     {"passthrough", Unmatched::kPassthrough},
     {"record", Unmatched::kRecord}}};

constexpr std::array<std::pair<std::string_view, Streams>, 4> kStreams = {
    {{"ordered", Streams::kOrdered},
     {"played", Streams::kPlayed},
     {"all", Streams::kAll},
     {"taped", Streams::kTaped}}};

template <typename Value, std::size_t count>
Result choose(const std::array<std::pair<std::string_view, Value>, count>& choices,
              std::string_view option, std::string_view text, Value& value) {
  std::string known;
  for (const auto& [name, choice] : choices) {
    if (name == text) {
      value = choice;
      return Done{};
    }
    known += known.empty() ? "" : ", ";
    known += name;
  }
  return std::string(option) + ": " + std::string(text) + " is none of " + known;
}

template <typename Value, std::size_t count>
std::string_view find_name(const std::array<std::pair<std::string_view, Value>, count>& choices,
                           Value value) {
  for (const auto& [name, choice] : choices) {
    if (choice == value) return name;
  }
  return "?";
}

Result set_flag(std::string_view option, std::string_view text, bool& flag) {
  if (text != "true" && text != "false" && !text.empty()) {
    return std::string(option) + ": " + std::string(text) + " is neither true nor false";
  }
  flag = text != "false";
  return Done{};
}

// "10", "0.5", "10x".
Result set_speed(std::string_view text, double& speed) {
  if (text == "instant" || text == "taped") {
    speed = text == "taped" ? 1 : 0;
    return Done{};
  }
  const std::string_view number = text.ends_with('x') ? text.substr(0, text.size() - 1) : text;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), speed);
  const bool good = error == std::errc{} && end == number.data() + number.size() && speed >= 0 &&
                    speed <= 1e9 && !number.empty();
  if (good) return Done{};
  return "speed: " + std::string(text) + " is no speed such as taped, 0.5 or 10x";
}

// "$.Item.email", "pattern:REGEX", "attribute:NAME", or an attribute's bare name. A rule that
// cannot be used is refused here, before there is a file.
Result add_redaction(std::string_view text, std::vector<RedactionRule>& rules) {
  constexpr std::string_view kPattern = "pattern:";
  constexpr std::string_view kAttribute = "attribute:";
  RedactionRule rule;
  if (text.starts_with('$')) {
    rule.path = text;
  } else if (text.starts_with(kPattern)) {
    rule.pattern = text.substr(kPattern.size());
  } else {
    rule.attribute = text.starts_with(kAttribute) ? text.substr(kAttribute.size()) : text;
  }
  if (rule.path.empty() && rule.pattern.empty() && rule.attribute.empty()) {
    return "redact: " + std::string(text) + " names nothing";
  }
  if (auto usable = Redactor::make({rule}, ""); !usable) return usable.error();
  rules.push_back(std::move(rule));
  return Done{};
}

// What is wrong with a list of rules, or nothing: a member that is misspelt would be a rule that
// does nothing.
std::string fault_in_rules(std::string_view array) {
  constexpr std::array<std::string_view, 5> kMembers = {"operation", "table", "ignore", "normalise",
                                                        "only"};
  std::string wrong;
  int count = 0;
  const bool list = for_each_element(array, [&](std::string_view rule) {
    ++count;
    int actions = 0;
    const bool object = for_each_member(rule, [&](std::string_view name, std::string_view raw) {
      if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
        wrong = "has no member " + std::string(name) +
                ": there are operation, table, ignore, normalise and only";
      } else if (string_value(raw).empty()) {
        wrong = "has no text as its " + std::string(name);
      }
      actions += name != "operation" && name != "table" ? 1 : 0;
      return wrong.empty();
    });
    if (!object) wrong = "is no JSON object";
    if (wrong.empty() && actions != 1) wrong = "needs one of ignore, normalise and only";
    return wrong.empty();
  });
  if (!wrong.empty()) return "rule " + std::to_string(count) + " " + wrong;
  if (list && count > 0) return {};
  return "is no JSON list of rules such as {\"ignore\": \"$.Item.at\"}";
}

Result read_rules(std::string_view path, std::vector<MatchRule>& rules) {
  std::ifstream file{std::string(path)};
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return std::string(path) + ": cannot be read";
  const std::string content = text.str();
  std::string_view array = content;
  const std::string_view inner = find_member(content, "rules");
  if (!inner.empty()) array = inner;
  const std::string wrong = fault_in_rules(array);
  if (!wrong.empty()) return std::string(path) + ": " + wrong;
  std::vector<MatchRule> found = match_rules_from_json(array);
  rules.insert(rules.end(), found.begin(), found.end());
  return Done{};
}

}  // namespace

Result set_option(CassetteOptions& options, std::string_view name, std::string_view value) {
  if (name == "mode") return choose(kModes, name, value, options.mode);
  if (name == "order") return choose(kOrders, name, value, options.order);
  if (name == "repeat") return choose(kRepeats, name, value, options.repeat);
  if (name == "unmatched") return choose(kUnmatched, name, value, options.unmatched);
  if (name == "streams") return choose(kStreams, name, value, options.streams);
  if (name == "overwrite") return set_flag(name, value, options.overwrite);
  if (name == "verify") return set_flag(name, value, options.verify);
  if (name == "faults-clean") return set_flag(name, value, options.faults_clean);
  if (name == "stream-records") return set_flag(name, value, options.stream_records);
  if (name == "speed") return set_speed(value, options.speed);
  if (name == "match-rules") return read_rules(value, options.match);
  if (value.empty()) return std::string(name) + ": needs a value";
  MatchRule rule;
  if (name == "ignore") {
    rule.ignore = value;
  } else if (name == "normalise" || name == "normalize") {
    rule.normalise = value;
  } else if (name == "match-only") {
    rule.only = value;
  } else if (name == "redact") {
    return add_redaction(value, options.redact);
  } else {
    return "there is no cassette option " + std::string(name);
  }
  options.match.push_back(std::move(rule));
  return Done{};
}

std::string_view name_of(Mode mode) { return find_name(kModes, mode); }
std::string_view name_of(Order order) { return find_name(kOrders, order); }
std::string_view name_of(Repeat repeat) { return find_name(kRepeats, repeat); }
std::string_view name_of(Unmatched unmatched) { return find_name(kUnmatched, unmatched); }
std::string_view name_of(Streams streams) { return find_name(kStreams, streams); }

}  // namespace dynadeck::cassettes
