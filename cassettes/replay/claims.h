// Which exchange of the tape answers a request, and what the replay's own values stand for on it.
//
// The room: what a replay is made of, between the tape and the player. The rules prepare a request,
// claims find its exchange, the pace says when its answer comes; the stream player knows what
// consumers of streams may see, and refusals say why a request has no answer.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cassettes/matching/bindings.h"
#include "cassettes/matching/lanes.h"
#include "cassettes/matching/matcher.h"
#include "cassettes/matching/order.h"
#include "cassettes/matching/renamed_index.h"
#include "cassettes/replay/played_tape.h"
#include "cassettes/replay/rules.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// Synchronized, but for what is behind lock().
class Claims {
 public:
  // Borrows both.
  Claims(PlayedTape& tape, const ReplayRules& rules, Order order, Repeat repeat);

  Order order() const { return order_; }
  Repeat repeat() const { return repeat_; }

  // Nothing where none may answer.
  std::optional<std::uint32_t> claim(const Request& request, std::uint32_t section,
                                     PreparedRequest& prepared);
  // What the replay's own requests hold instead of taped values stands in its answers too. taped:
  // the request on the tape that has this answer.
  void put_live_values(Response& response, const Request& request, const PreparedRequest& prepared,
                       const std::function<std::string()>& taped);
  // The section starts anew.
  void restart(std::uint32_t section);

  // For callers that look at several things at once: what follows is theirs as long as they hold
  // it.
  std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }

  Matcher& matcher() { return matcher_; }
  const Bindings& bindings() const { return bindings_; }
  // What is renamed in an exchange; null where the tape cannot be read. Good until the next call.
  const Renamed* renamed_in(std::uint32_t ordinal) { return renamed_index_.of(ordinal); }

  // A request as it may stand on the tape where values that are known stand in places that no rule
  // names.
  struct Reading {
    std::uint64_t hash;
    Renamed renamed;
    bool sure;  // an item is known to be read so
  };
  // The most likely first; empty where there is no such value.
  std::vector<Reading> readings(const Request& request, const PreparedRequest& prepared) const;
  // The asked values stand for those of the exchange from now on.
  void bind(const Renamed& asked, std::uint32_t ordinal, PreparedRequest& prepared);

 private:
  // The one whose renamed values are those that the asked ones stand for; else new ones may take
  // over, and at last any will do.
  std::optional<std::uint32_t> claim_renamed(Matcher::Asked asked, const Renamed& renamed);
  // Knows the tables of the request by the names that it has for them.
  const KeySchemas& keys_of_tables(const PreparedRequest& prepared);

  PlayedTape& tape_;
  const ReplayRules& rules_;
  const Order order_;
  const Repeat repeat_;

  std::mutex mutex_;      // guards what follows
  KeySchemas live_keys_;  // those of the tape, and of tables that have another name in the replay
  Matcher matcher_;
  Bindings bindings_;
  RenamedIndex renamed_index_;
};

}  // namespace dynadeck::cassettes
