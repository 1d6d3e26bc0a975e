// What a rule does to a request that it strikes.
//
// The room: everything that can go wrong on purpose, like faults in one file; effects.h has
// their list. A new fault is a file here and a line there.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "faults/language/schedule.h"
#include "harness/seam/clock.h"
#include "harness/seam/service.h"

namespace dynadeck::faults {

// Whether the fault comes before the operation, which then may not happen at all, or after it has
// committed and only the client's answer suffers.
enum class At : std::uint8_t { kBefore, kAfter };

// What an effect keeps between requests, such as token buckets. Synchronized.
class EffectState {
 public:
  virtual ~EffectState() = default;
  // Back to how it was when the rule became active.
  virtual void reset() = 0;
};

// The oldest state that `stale` and `index_lag` may ask of the engine.
inline constexpr Duration kLongestPast = std::chrono::seconds(10);

// What the service behind the faults can do beyond answering.
struct Abilities {
  bool snapshots = false;   // obeys Hints::stale_by and index_lag
  bool holds_back = false;  // obeys Hints::held_back
  // Closes the open shards of a table's stream and opens their children; whether there were any.
  std::function<bool(const Scope&, std::string_view table)> roll_shards;
};

// The rest of the chain. Copyable; what it needs lives as long as it does.
using Next = std::function<Response(const Request&)>;

class Effect;

// One rule that strikes one request. A regular value. It owns what it needs (which is why there are
// shared_ptrs): the rule may be taken down while the answer is still to come.
struct Strike {
  std::string rule;  // its name
  At at;
  Dice dice;
  std::shared_ptr<const Effect> effect;
  std::shared_ptr<EffectState> state;  // null where the effect keeps none
  const Clock* clock;
  const Abilities* abilities;
  Duration delay{0};  // of the answer that the effect makes

  // Notes on the answer what was done, and lets it wait.
  void mark(Response& response, std::string_view kind) const;
};

// Immutable. Effects wrap one another in the order of their stages, so that what several rules do
// to one request adds up: the connection's troubles outside, then delays, then errors, then what
// changes the operation itself.
class Effect {
 public:
  enum class Stage : std::uint8_t { kDelivery, kDelay, kAnswer, kOperation };

  virtual ~Effect() = default;
  // As in the rule's `fault`, the metrics and the journal: "error".
  virtual std::string_view kind() const = 0;
  virtual Stage stage() const = 0;
  // The value of the kind's member in `fault`; parses to an equal effect.
  virtual nlohmann::ordered_json print() const = 0;
  // Whether the effect has a meaning at that time.
  virtual bool allows(At at) const = 0;
  // Where a rule does not say; allowed.
  virtual At default_at() const { return At::kBefore; }
  // Whether it makes an answer of its own, which then may come later.
  virtual bool takes_delay() const { return false; }
  // Why the effect cannot work on what stands behind it; empty where it can.
  virtual std::string missing(const Abilities&) const { return {}; }
  virtual std::unique_ptr<EffectState> make_state() const { return nullptr; }
  // Answers the request, by way of next or not. Never throws. The request outlives the answer and
  // its continuations; one that is made here has to be kept alive by them.
  virtual Response apply(const Strike& strike, const Request& request, const Next& next) const = 0;
};

// The answer of next to a request that was made on the way; it lives until the answer exists.
Response send_on(const Next& next, Request request,
                 std::function<Response(const Request&, Response)> then);

// A response that comes so much later, by calling resume.
Response later(std::chrono::nanoseconds delay, std::function<Response()> resume);

}  // namespace dynadeck::faults
