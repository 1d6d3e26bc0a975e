#include "faults/rules/set.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <unordered_map>

#include "faults/effects/effects.h"

namespace dynadeck::faults {
namespace {

std::uint64_t next_set() {
  static std::atomic<std::uint64_t> ids{0};
  return ids.fetch_add(1) + 1;
}

}  // namespace

RuleSet::RuleSet(Rules rules, std::uint64_t seed, Counting counting)
    : rules_(std::move(rules)), seed_(seed), counting_(std::move(counting)), id_(next_set()) {
  for (const auto& active : rules_) {
    if (!active->rule.enabled) continue;
    if (active->rule.effect->kind() == kRefuseKind) {
      of_connections_.push_back(active);
      continue;
    }
    const OperationSet operations = active->rule.when.operation_set();
    for (std::size_t at = 0; at < kOperationCount; ++at) {
      if (!operations.test(at)) continue;
      by_operation_[at].rules.push_back(active);
      if (active->rule.when.needs_body()) needs_body_.set(at);
    }
  }
  for (Candidates& candidates : by_operation_) candidates.build_index();
}

void RuleSet::Candidates::build_index() {
  std::vector<const When*> conditions;
  for (const auto& active : rules) conditions.push_back(&active->rule.when);
  index = RuleIndex(conditions);
}

const RuleSet::Candidates& RuleSet::about(Operation operation, const BodyScan& body) const {
  struct Memory {
    std::uint64_t set = 0;
    std::unordered_map<std::string, Candidates> found;  // by operation, tables and index
    std::string key;                                    // of the last request
    const Candidates* last = nullptr;                   // what it found
    std::string next_key;                               // kept for its memory
  };
  constexpr std::size_t kRemembered = 500;
  thread_local Memory memory;
  if (memory.set != id_ || memory.found.size() > kRemembered) {
    memory.found.clear();
    memory.last = nullptr;
    memory.set = id_;
  }
  memory.next_key.assign(1, static_cast<char>(operation));
  for (const std::string_view table : body.tables()) memory.next_key.append(table).append(1, '\0');
  memory.next_key.append(1, '\0').append(body.index());
  if (memory.last != nullptr && memory.key == memory.next_key) return *memory.last;
  memory.key.swap(memory.next_key);
  const auto [entry, is_new] = memory.found.try_emplace(memory.key);
  if (is_new) {
    Candidates& fitting = entry->second;
    for (const auto& active : by_operation_[static_cast<std::size_t>(operation)].rules) {
      if (active->rule.when.matches_body(body)) fitting.rules.push_back(active);
    }
    fitting.build_index();
  }
  memory.last = &entry->second;
  return entry->second;
}

bool RuleSet::refuses_connection(const Clock& clock) const {
  bool refused = false;
  const Clock::WallTime now = clock.now();
  for (const auto& active : of_connections_) {
    if (active->retired(now)) continue;
    const Rule& rule = active->rule;
    const auto since = std::chrono::duration_cast<Duration>(now - active->active_since);
    const auto ordinal =
        active->counter.count(Counter::kOnlySeries, rule.schedule.max, [&](std::uint64_t position) {
          return strikes(rule.schedule, Dice(seed_, rule.name, Counter::kOnlySeries, position),
                         since);
        });
    refused = refused || ordinal.has_value();
  }
  return refused;
}

std::vector<Strike> RuleSet::strikes_on(const Request& request, const Clock& clock,
                                        const Abilities& abilities) const {
  std::vector<Strike> result;
  const auto operation = static_cast<std::size_t>(request.operation);
  if (by_operation_[operation].rules.empty()) return result;
  const Candidates& candidates = needs_body_.test(operation)
                                     ? about(request.operation, BodyScan(request))
                                     : by_operation_[operation];
  if (candidates.rules.empty()) return result;

  Facts facts(request);
  const RuleIndex::Places places = candidates.index.candidates(facts);
  if (places.empty()) return result;
  std::optional<std::uint64_t> series;
  std::unique_lock<std::mutex> together;
  const Clock::WallTime now = clock.now();
  for (const std::uint32_t place : places) {
    const auto& active = candidates.rules[place];
    const Rule& rule = active->rule;
    if (!rule.when.matches_rest(facts)) continue;
    if (active->retired(now)) continue;
    if (!series) {
      series = series_of(counting_, request);
      if (counting_.by != Counting::By::kOrder) {
        together =
            std::unique_lock(counting_together_[(*series >> 32) % counting_together_.size()]);
      }
    }
    const auto since = std::chrono::duration_cast<Duration>(now - active->active_since);
    const auto ordinal =
        active->counter.count(*series, rule.schedule.max, [&](std::uint64_t position) {
          return strikes(rule.schedule, Dice(seed_, rule.name, *series, position), since);
        });
    if (!ordinal) continue;
    result.push_back({rule.name, rule.at, Dice(seed_, rule.name, *series, *ordinal), rule.effect,
                      std::shared_ptr<EffectState>(active, active->state.get()), &clock, &abilities,
                      rule.delay});
  }
  std::stable_sort(result.begin(), result.end(), [](const Strike& left, const Strike& right) {
    return left.effect->stage() < right.effect->stage();
  });
  return result;
}

}  // namespace dynadeck::faults
