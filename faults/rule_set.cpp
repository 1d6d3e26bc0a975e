#include "faults/rule_set.h"

#include <algorithm>
#include <optional>

#include "faults/effects/effects.h"

namespace dynadeck::faults {

RuleSet::RuleSet(Rules rules, std::uint64_t seed, Counting counting)
    : rules_(std::move(rules)), seed_(seed), counting_(std::move(counting)) {
  for (const auto& active : rules_) {
    if (!active->rule.enabled) continue;
    if (active->rule.effect->kind() == kRefuseKind) {
      of_connections_.push_back(active);
      continue;
    }
    const OperationSet operations = active->rule.when.operation_set();
    for (std::size_t at = 0; at < kOperationCount; ++at) {
      if (operations.test(at)) by_operation_[at].push_back(active);
    }
  }
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
  const Rules& candidates = of(request.operation);
  if (candidates.empty()) return result;

  std::optional<BodyScan> body;
  static const BodyScan kUnscanned;
  std::optional<std::uint64_t> series;
  const Clock::WallTime now = clock.now();
  for (const auto& active : candidates) {
    const Rule& rule = active->rule;
    if (rule.when.needs_body() && !body) body.emplace(request.body);
    if (!rule.when.matches(request, body ? *body : kUnscanned)) continue;
    if (active->retired(now)) continue;
    if (!series) series = series_of(counting_, request);
    const auto since = std::chrono::duration_cast<Duration>(now - active->active_since);
    const auto ordinal =
        active->counter.count(*series, rule.schedule.max, [&](std::uint64_t position) {
          return strikes(rule.schedule, Dice(seed_, rule.name, *series, position), since);
        });
    if (!ordinal) continue;
    result.push_back({rule.name, rule.at, Dice(seed_, rule.name, *series, *ordinal), rule.effect,
                      std::shared_ptr<EffectState>(active, active->state.get()), &clock,
                      &abilities});
  }
  std::stable_sort(result.begin(), result.end(), [](const Strike& left, const Strike& right) {
    return left.effect->stage() < right.effect->stage();
  });
  return result;
}

}  // namespace dynadeck::faults
