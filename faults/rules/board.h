// Where rules are put up, changed and taken down while requests pass.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faults/rules/rule.h"
#include "harness/seam/clock.h"
#include "harness/seam/result.h"

namespace dynadeck::faults {

class RuleSet;

// Synchronized. A change is atomic: a request meets all of it or nothing. Rules that a change
// leaves as they are keep what they have counted. Rules live by the clock that it is given: frozen,
// their windows and times to live stand still.
class RuleBoard {
 public:
  using Version = std::uint64_t;

  // clock outlives the board. abilities: of what stands behind the faults; rules that need more are
  // refused.
  RuleBoard(const Clock& clock, std::uint64_t seed, Abilities abilities = {});
  ~RuleBoard();

  // What is in force; null where no rule is. For the path of a request: one atomic load without
  // rules, two with. The set lives until the calling thread asks again.
  const std::shared_ptr<const RuleSet>& current() const;

  // Whether a rule refuses the connection that is being opened: for the HTTP layer, once for each.
  bool refuses_connection() const;
  // How many were refused.
  std::uint64_t refused_connections() const { return refused_connections_; }

  // The same with its version, for a person who asks; never null.
  std::pair<std::shared_ptr<const RuleSet>, Version> look() const;

  // What one change does, in this order.
  struct Change {
    std::optional<Version> expected;  // refused where the board has another
    bool replace_all = false;         // takes every rule down first
    std::vector<std::string> remove;  // names
    std::vector<Rule> add;            // refused where the name is up
    std::vector<Rule> put;            // replaces the rule of that name, or adds it
    std::vector<std::string> enable;
    std::vector<std::string> disable;
    std::optional<std::uint64_t> seed;
    std::optional<Counting> counting;
    bool reset_counters = false;
  };
  struct Refusal {
    enum class Why : std::uint8_t { kVersion, kExists, kUnknownName, kUnable };
    Why why;
    std::string text;
  };
  // The new version. A refused change has changed nothing.
  Outcome<Version, Refusal> apply(Change change);

  // Puts up a whole document, at start.
  Outcome<Version, Refusal> add(RuleFile file);

  const Clock& clock() const { return clock_; }
  const Abilities& abilities() const { return abilities_; }

 private:
  Outcome<Done, Refusal> check(const Change& change, Clock::WallTime now) const;  // holds mutex_

  const Clock& clock_;
  const Abilities abilities_;
  const std::uint64_t id_;  // tells boards apart in threads' caches
  std::atomic<Version> version_{1};
  std::atomic<bool> any_{false};  // whether a rule is up
  mutable std::atomic<std::uint64_t> refused_connections_{0};
  mutable std::mutex mutex_;
  std::shared_ptr<const RuleSet> rules_;  // guarded by mutex_
};

}  // namespace dynadeck::faults
