// The rules that are in force: what the path of a request reads.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "faults/rules/counter.h"
#include "faults/rules/index.h"
#include "faults/rules/rule.h"

namespace dynadeck::faults {

// A rule with what it has counted. Synchronized; the rule itself is immutable.
struct ActiveRule {
  ActiveRule(Rule new_rule, Clock::WallTime now)
      : rule(std::move(new_rule)),
        active_since(now),
        state(rule.effect ? rule.effect->make_state() : nullptr) {}

  bool retired(Clock::WallTime now) const { return rule.ttl && now - active_since >= *rule.ttl; }

  const Rule rule;
  const Clock::WallTime active_since;
  Counter counter;
  const std::unique_ptr<EffectState> state;
};

// Immutable, but for what its rules count.
class RuleSet {
 public:
  using Rules = std::vector<std::shared_ptr<ActiveRule>>;

  RuleSet(Rules rules, std::uint64_t seed, Counting counting);

  const Rules& rules() const { return rules_; }
  std::uint64_t seed() const { return seed_; }
  const Counting& counting() const { return counting_; }

  // Whether a rule refuses the connection that is being opened. Counts it.
  bool refuses_connection(const Clock& clock) const;

  // The strikes on the request, in the order in which they wrap one another. Every rule that
  // matches counts the request, whether it strikes or not and whatever the others do.
  std::vector<Strike> strikes_on(const Request& request, const Clock& clock,
                                 const Abilities& abilities) const;

 private:
  // Rules that are about some requests, in their order.
  struct Candidates {
    Rules rules;
    RuleIndex index;

    void build_index();
  };

  // Those of the operation's rules that the body's tables and index fit. Each thread remembers what
  // it has found out for a table: many rules about other tables cost nothing.
  const Candidates& about(Operation operation, const BodyScan& body) const;

  const Rules rules_;
  const std::uint64_t seed_;
  const Counting counting_;
  std::array<Candidates, kOperationCount> by_operation_;  // the enabled ones
  std::bitset<kOperationCount> needs_body_;
  const std::uint64_t id_;  // tells sets apart in threads' memories
  Rules of_connections_;
  // Of requests of one lane, or of equal ones, each is counted by all its rules before the next:
  // what they decide together does not depend on which came first.
  mutable std::array<std::mutex, 16> counting_together_;
};

}  // namespace dynadeck::faults
