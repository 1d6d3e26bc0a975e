#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "faults/effects/effects.h"
#include "faults/language/fields.h"
#include "faults/rules/rule.h"

namespace dynadeck::faults {
namespace {

std::vector<ValuePattern> parse_patterns(const Node& node, const std::string& path,
                                         Problems& problems) {
  std::vector<ValuePattern> patterns;
  if (node.kind == Node::Kind::kScalar) {
    patterns.push_back({"", node.scalar});
  } else if (node.kind == Node::Kind::kList) {
    for (const Node& item : node.list) {
      for (ValuePattern& each : parse_patterns(item, path, problems)) {
        patterns.push_back(std::move(each));
      }
    }
  } else if (node.kind == Node::Kind::kMap && node.map.size() == 1 &&
             node.map[0].value.kind == Node::Kind::kScalar) {
    const auto& [type, value] = node.map[0];
    if (type != "S" && type != "N" && type != "B") {
      problems.push_back({node.line, path, "found type '" + type + "', expected S, N or B"});
    }
    patterns.push_back({type, value.scalar});
  }
  if (patterns.empty()) {
    problems.push_back({node.line, path, "expected a value, {S: value} or a list of them"});
  }
  return patterns;
}

void parse_operations(Fields& fields, const Node& node, When& when) {
  when.operations = fields.texts("operations");
  for (const std::string& name : when.operations) {
    if (operations_named(name).any()) continue;
    fields.report(*node.find("operations"), "operations",
                  "'" + name +
                      "' is neither an operation nor one of read, write, control, streams, "
                      "transactions, all");
  }
}

void parse_key(Fields& fields, When& when, Problems& problems) {
  const Node* key = fields.raw("key");
  if (key == nullptr) return;
  if (key->kind != Node::Kind::kMap || key->map.empty()) {
    fields.report(*key, "key", "expected a map of attribute names and values");
  }
  for (const auto& [attribute, value] : key->map) {
    const std::string path = fields.path_of("key") + "." + attribute;
    when.key.emplace_back(attribute, parse_patterns(value, path, problems));
  }
}

When::Named parse_named(Fields& fields, std::string_view member, Problems& problems) {
  When::Named named;
  const Node* node = fields.raw(member);
  if (node == nullptr) return named;
  Fields values(*node, fields.path_of(member), problems);
  for (const auto& [name, value] : node->map) named.emplace_back(name, values.texts(name));
  return named;
}

When parse_when(const Node& node, const std::string& path, Problems& problems) {
  When when;
  Fields fields(node, path, problems);
  parse_operations(fields, node, when);
  when.tables = fields.texts("tables");
  when.indexes = fields.texts("indexes");
  parse_key(fields, when, problems);
  when.accounts = fields.texts("accounts");
  when.regions = fields.texts("regions");
  when.access_keys = fields.texts("access_keys");
  when.sessions = fields.texts("sessions");
  when.headers = parse_named(fields, "headers", problems);
  when.members = parse_named(fields, "members", problems);
  when.attempts = fields.counts("attempts");
  fields.finish();
  return when;
}

Schedule::Window parse_window(const Node& node, const std::string& path, Problems& problems) {
  Schedule::Window window;
  Fields fields(node, path, problems);
  window.start = fields.duration("start").value_or(Duration::zero());
  window.length = fields.duration("length").value_or(Duration::zero());
  window.repeat = fields.duration("repeat").value_or(Duration::zero());
  fields.finish();
  if (window.length == Duration::zero()) fields.report("expected a length above zero");
  if (window.repeat != Duration::zero() && window.repeat < window.length) {
    fields.report("repeat is shorter than length");
  }
  return window;
}

Schedule::Burst parse_burst(const Node& node, const std::string& path, Problems& problems) {
  Schedule::Burst burst;
  Fields fields(node, path, problems);
  burst.length = fields.count("length", 1).value_or(1);
  burst.every = fields.count("every", 1);
  burst.probability = fields.probability("probability");
  fields.finish();
  if (!burst.every && !burst.probability) fields.report("expected every, probability or both");
  return burst;
}

Schedule parse_schedule(const Node& node, const std::string& path, Problems& problems, int depth) {
  Schedule schedule;
  Fields fields(node, path, problems);
  schedule.probability = fields.probability("probability");
  schedule.after = fields.count("after");
  schedule.first = fields.count("first", 1);
  schedule.every = fields.count("every", 1);
  if (const Node* burst = fields.raw("burst")) {
    schedule.burst = parse_burst(*burst, fields.path_of("burst"), problems);
  }
  if (const Node* window = fields.raw("window")) {
    schedule.window = parse_window(*window, fields.path_of("window"), problems);
  }
  if (depth == 0) schedule.max = fields.count("max", 1);
  if (depth < 8) {
    if (const Node* any = fields.raw("any")) {
      if (any->kind != Node::Kind::kList || any->list.empty()) {
        fields.report(*any, "any", "expected a list of schedules");
      }
      for (std::size_t at = 0; at < any->list.size(); ++at) {
        const std::string where = fields.path_of("any") + "[" + std::to_string(at) + "]";
        schedule.any.push_back(parse_schedule(any->list[at], where, problems, depth + 1));
      }
    }
  }
  fields.finish();
  return schedule;
}

void parse_at(Fields& fields, const Node& node, Rule& rule) {
  const auto at = fields.word("at", {"before", "after"});
  if (!rule.effect) return;
  rule.at = at ? static_cast<At>(*at) : rule.effect->default_at();
  if (rule.effect->allows(rule.at)) return;
  const Node* said = node.find("at");
  fields.report(said ? *said : node, "at",
                "the fault " + std::string(rule.effect->kind()) + " has no meaning " +
                    (rule.at == At::kBefore ? "before" : "after") + " the operation");
}

bool is_rule_name(std::string_view name) {
  const auto printable = [](unsigned char byte) { return byte >= 0x20 && byte != 0x7f; };
  return !name.empty() && name.size() <= 100 && name.find('/') == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), printable);
}

Rule parse_rule(const Node& node, std::size_t place, Problems& problems) {
  const std::string path = "rules[" + std::to_string(place) + "]";
  static const Node kNone;
  Rule rule;
  Fields fields(node, path, problems);
  rule.name = fields.text("name").value_or("rule-" + std::to_string(place + 1));
  if (!is_rule_name(rule.name)) {
    fields.report("the name has to be 1 to 100 bytes without '/' and control characters");
  }
  rule.enabled = fields.flag("enabled").value_or(true);
  const Node* when = fields.raw("when");
  rule.when = parse_when(when ? *when : kNone, fields.path_of("when"), problems);
  const Node* schedule = fields.raw("schedule");
  rule.schedule =
      parse_schedule(schedule ? *schedule : kNone, fields.path_of("schedule"), problems, 0);
  const Node* fault = fields.raw("fault");
  if (fault == nullptr) {
    fields.report("has no fault");
  } else {
    Fault parsed = parse_fault(*fault, fields.path_of("fault"), problems);
    rule.effect = std::move(parsed.effect);
    rule.delay = parsed.delay;
  }
  parse_at(fields, node, rule);
  if (rule.effect && rule.effect->kind() == kRefuseKind && rule.when != When{}) {
    fields.report("connections have no request yet: `refuse` goes without `when`");
  }
  rule.ttl = fields.duration("ttl");
  if (rule.ttl && *rule.ttl == Duration::zero()) {
    fields.report(*node.find("ttl"), "ttl", "expected a time above zero");
  }
  fields.finish();
  return rule;
}

std::optional<Counting> parse_counting(Fields& fields, const Node& root) {
  const auto by = fields.word("count", {"order", "lane", "request"});
  const auto lane = fields.text("lane");
  Counting counting;
  if (by) counting.by = static_cast<Counting::By>(*by);
  if (lane) {
    const bool known = *lane == "access_key" || *lane == "session" ||
                       (lane->starts_with("header ") && lane->size() > 7);
    if (!known) {
      fields.report(*root.find("lane"), "lane",
                    "found '" + *lane + "', expected access_key, session or header NAME");
    }
    if (counting.by != Counting::By::kLane) {
      fields.report(*root.find("lane"), "lane", "has a meaning with count: lane only");
    }
    counting.lane = *lane;
  }
  if (!by) return std::nullopt;
  return counting;
}

void check_names(const Node& list, const std::vector<Rule>& rules, Problems& problems) {
  std::set<std::string> names;
  for (std::size_t at = 0; at < rules.size(); ++at) {
    if (names.insert(rules[at].name).second) continue;
    problems.push_back({list.list[at].line, "rules[" + std::to_string(at) + "].name",
                        "'" + rules[at].name + "' is the name of a rule further up"});
  }
}

void parse_list(const Node& list, RuleFile& file, Problems& problems) {
  if (list.kind != Node::Kind::kList) {
    problems.push_back({list.line, "rules", "expected a list of rules"});
  }
  for (std::size_t at = 0; at < list.list.size(); ++at) {
    file.rules.push_back(parse_rule(list.list[at], at, problems));
  }
  check_names(list, file.rules, problems);
}

void parse_members(Fields& fields, const Node& root, RuleFile& file, Problems& problems) {
  file.seed = fields.count("seed");
  file.count = parse_counting(fields, root);
  if (const Node* rules = fields.raw("rules")) parse_list(*rules, file, problems);
}

Problems by_line(Problems problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& left, const Problem& right) {
    return left.line < right.line;
  });
  return problems;
}

}  // namespace

Outcome<RuleFile, Problems> parse_rules(std::string_view text) {
  Outcome<Node, Problems> root = parse_document(text);
  if (!root.ok()) return std::move(root).error();
  RuleFile file;
  Problems problems;
  if (root->kind == Node::Kind::kList) {
    parse_list(*root, file, problems);
  } else if (root->find("fault") != nullptr) {
    file.rules.push_back(parse_rule(*root, 0, problems));
  } else {
    Fields fields(*root, "", problems);
    parse_members(fields, *root, file, problems);
    fields.raw("version");  // what GET /_dynadeck/faults answers is a document, too
    fields.raw("state");
    fields.finish();
  }
  if (!problems.empty()) return by_line(std::move(problems));
  return file;
}

Outcome<RulePatch, Problems> parse_patch(std::string_view text) {
  Outcome<Node, Problems> root = parse_document(text);
  if (!root.ok()) return std::move(root).error();
  RulePatch patch;
  Problems problems;
  Fields fields(*root, "", problems);
  parse_members(fields, *root, patch.file, problems);
  patch.remove = fields.texts("remove");
  patch.enable = fields.texts("enable");
  patch.disable = fields.texts("disable");
  patch.reset_counters = fields.flag("reset_counters").value_or(false);
  fields.finish();
  if (!problems.empty()) return by_line(std::move(problems));
  return patch;
}

Outcome<RuleFile, Problems> load_rules(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in || in.bad()) return Problems{{0, "", "cannot be read"}};
  return parse_rules(text.str());
}

}  // namespace dynadeck::faults
