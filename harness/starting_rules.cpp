#include "harness/starting_rules.h"

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>
#include <utility>

#include "engine/engine.h"
#include "engine/store/history.h"
#include "faults/rules/board.h"
#include "faults/rules/feed.h"
#include "faults/rules/probabilities.h"
#include "harness/admin/fault_poll.h"
#include "harness/starting_tape.h"

namespace dynadeck {

// What rules may ask for is what the engine keeps.
static_assert(faults::kLongestPast <= engine::History::kHorizon);

faults::Abilities rule_abilities(const ServeOptions& options,
                                 std::function<engine::Engine&()> engine) {
  faults::Abilities result;
  const bool embedded = options.replay_file.empty() && options.upstream.url.empty();
  if (!embedded) return result;
  result.snapshots = true;
  // A tape without faults, or a shadow, would take the whole batch for what was asked.
  result.holds_back = !tapes_clean(options) && options.upstream.shadow.empty();
  const bool shared = options.shared_db;
  result.roll_shards = [engine = std::move(engine), shared](const Scope& scope,
                                                            std::string_view table) {
    engine::Engine::ShardRoll roll;
    roll.table = table;
    if (!shared) {
      roll.account = scope.account;
      roll.region = scope.region;
    }
    const auto rolled = engine().roll_shards(roll);
    return rolled.ok() && *rolled > 0;
  };
  return result;
}

std::optional<StartError> put_up_rules(faults::RuleBoard& board, const ServeOptions& options) {
  faults::RuleBoard::Change change;
  change.add = faults::probability_rules(
      {options.error_probability, options.read_error_probability, options.write_error_probability});
  const auto put_up = board.apply(std::move(change));
  if (!put_up.ok()) return StartError{kBadInput, put_up.error().text};
  if (options.faults.empty() || is_fault_url(options.faults)) return std::nullopt;

  auto file = faults::load_rules(options.faults);
  if (!file.ok()) {
    return StartError{kBadInput, options.faults + ": " + faults::to_string(file.error())};
  }
  const auto added = board.add(*std::move(file));
  if (!added.ok()) return StartError{kBadInput, options.faults + ": " + added.error().text};
  return std::nullopt;
}

Outcome<std::unique_ptr<FaultPoll>, StartError> follow_rules(faults::RuleBoard& board,
                                                             const Clock& clock,
                                                             const ServeOptions& options) {
  if (!is_fault_url(options.faults)) return std::unique_ptr<FaultPoll>();
  FaultPoll::Options poll;
  poll.url = options.faults;
  poll.ca_file = options.upstream.ca_file;
  poll.interval = options.faults_poll_interval;
  poll.tell = [](const std::string& line) { spdlog::info("{}", line); };
  poll.warn = [](const std::string& line) { spdlog::warn("{}", line); };
  // Shared, as a function has to be copyable.
  auto feed = std::make_shared<faults::RuleFeed>(board);
  auto started = FaultPoll::start(
      std::move(poll), clock, [feed](std::string_view document) { return feed->follow(document); });
  if (!started.ok()) return StartError{kCannotStart, "--faults " + started.error()};
  return *std::move(started);
}

}  // namespace dynadeck
