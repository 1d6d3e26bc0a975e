#include "faults/rules/board.h"

#include <algorithm>

#include "faults/rules/set.h"

namespace dynadeck::faults {
namespace {

using Rules = RuleSet::Rules;
using Refusal = RuleBoard::Refusal;

std::uint64_t next_board() {
  static std::atomic<std::uint64_t> ids{0};
  return ids.fetch_add(1) + 1;
}

Rules::const_iterator find(const Rules& rules, std::string_view name) {
  return std::find_if(rules.begin(), rules.end(),
                      [&](const auto& active) { return active->rule.name == name; });
}

Refusal unknown(std::string_view name) {
  return {Refusal::Why::kUnknownName, "there is no rule '" + std::string(name) + "'"};
}

void put(Rules& rules, Rule rule, Clock::WallTime now) {
  const auto found = find(rules, rule.name);
  auto active = std::make_shared<ActiveRule>(std::move(rule), now);
  if (found == rules.end()) {
    rules.push_back(std::move(active));
  } else {
    rules[static_cast<std::size_t>(found - rules.begin())] = std::move(active);
  }
}

void set_enabled(Rules& rules, const std::string& name, bool enabled, Clock::WallTime now) {
  const auto found = find(rules, name);
  if (found == rules.end() || (*found)->rule.enabled == enabled) return;
  Rule rule = (*found)->rule;
  rule.enabled = enabled;
  put(rules, std::move(rule), now);
}

}  // namespace

RuleBoard::RuleBoard(const Clock& clock, std::uint64_t seed, Abilities abilities)
    : clock_(clock),
      abilities_(std::move(abilities)),
      id_(next_board()),
      rules_(std::make_shared<RuleSet>(Rules(), seed, Counting())) {}

RuleBoard::~RuleBoard() = default;

const std::shared_ptr<const RuleSet>& RuleBoard::current() const {
  // A thread looks at the version and takes the lock only after a change. What it holds of an older
  // set goes when it asks again.
  struct Cached {
    std::uint64_t board = 0;
    Version version = 0;
    std::shared_ptr<const RuleSet> rules;
  };
  static const std::shared_ptr<const RuleSet> kNone;
  if (!any_.load(std::memory_order_acquire)) return kNone;
  thread_local Cached cached;
  if (cached.board != id_ || cached.version != version_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(mutex_);
    cached = {id_, version_.load(std::memory_order_relaxed), rules_};
  }
  return cached.rules;
}

bool RuleBoard::refuses_connection() const {
  const std::shared_ptr<const RuleSet>& rules = current();
  if (!rules || !rules->refuses_connection(clock_)) return false;
  refused_connections_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

std::pair<std::shared_ptr<const RuleSet>, RuleBoard::Version> RuleBoard::look() const {
  const std::lock_guard lock(mutex_);
  return {rules_, version_.load(std::memory_order_relaxed)};
}

Outcome<Done, Refusal> RuleBoard::check(const Change& change, Clock::WallTime now) const {
  const Version version = version_.load(std::memory_order_relaxed);
  if (change.expected && *change.expected != version) {
    return Refusal{Refusal::Why::kVersion, "the rules have version " + std::to_string(version) +
                                               ", expected was " +
                                               std::to_string(*change.expected)};
  }
  const auto is_up = [&](const std::string& name) {
    const Rules& rules = rules_->rules();
    const auto found = find(rules, name);
    return !change.replace_all && found != rules.end() && !(*found)->retired(now);
  };
  const auto comes = [&](const std::string& name) {
    const auto named = [&](const Rule& rule) { return rule.name == name; };
    return std::any_of(change.add.begin(), change.add.end(), named) ||
           std::any_of(change.put.begin(), change.put.end(), named);
  };
  for (const std::string& name : change.remove) {
    if (!is_up(name)) return unknown(name);
  }
  for (const auto* names : {&change.enable, &change.disable}) {
    for (const std::string& name : *names) {
      if (!is_up(name) && !comes(name)) return unknown(name);
    }
  }
  for (const Rule& rule : change.add) {
    const bool goes =
        std::find(change.remove.begin(), change.remove.end(), rule.name) != change.remove.end();
    if (is_up(rule.name) && !goes) {
      return Refusal{Refusal::Why::kExists, "there is a rule '" + rule.name + "' already"};
    }
  }
  for (const auto* added : {&change.add, &change.put}) {
    for (const Rule& rule : *added) {
      const std::string missing = rule.effect->missing(abilities_);
      if (!missing.empty()) {
        return Refusal{Refusal::Why::kUnable, "rule '" + rule.name + "': " + missing};
      }
    }
  }
  return Done{};
}

Outcome<RuleBoard::Version, Refusal> RuleBoard::apply(Change change) {
  const Clock::WallTime now = clock_.now();
  const std::lock_guard lock(mutex_);
  const Outcome<Done, Refusal> checked = check(change, now);
  if (!checked.ok()) return checked.error();

  Rules rules;
  if (!change.replace_all) rules = rules_->rules();
  std::erase_if(rules, [&](const auto& active) {
    const auto& removed = change.remove;
    return active->retired(now) ||
           std::find(removed.begin(), removed.end(), active->rule.name) != removed.end();
  });
  for (Rule& rule : change.add) put(rules, std::move(rule), now);
  for (Rule& rule : change.put) put(rules, std::move(rule), now);
  for (const std::string& name : change.enable) set_enabled(rules, name, true, now);
  for (const std::string& name : change.disable) set_enabled(rules, name, false, now);
  if (change.reset_counters) {
    for (const auto& active : rules) {
      active->counter.reset();
      if (active->state) active->state->reset();
    }
  }
  any_.store(!rules.empty(), std::memory_order_release);
  rules_ = std::make_shared<RuleSet>(std::move(rules), change.seed.value_or(rules_->seed()),
                                     change.counting.value_or(rules_->counting()));
  return version_.fetch_add(1, std::memory_order_acq_rel) + 1;
}

Outcome<RuleBoard::Version, Refusal> RuleBoard::add(RuleFile file) {
  Change change;
  change.add = std::move(file.rules);
  change.seed = file.seed;
  change.counting = file.count;
  return apply(std::move(change));
}

}  // namespace dynadeck::faults
