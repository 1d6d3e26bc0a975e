// Which recorded exchange answers a request: order, repeats and sections.
//
// The room: how a request is recognised. Its hash, what rules leave out of it or rename in it, the
// lanes of items that order is kept in, and what differs where nothing matches.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cassettes/matching/columns.h"
#include "cassettes/matching/lanes.h"
#include "cassettes/matching/order.h"
#include "cassettes/matching/table.h"

namespace dynadeck::cassettes {

// Keeps what was played. Exchanges are known by their ordinals in arrival order. One thread at a
// time: the player holds a lock around it.
class Matcher {
 public:
  // Borrows the columns.
  Matcher(const MatchColumns& tape, Order order, Repeat repeat);

  struct Asked {
    std::uint64_t hash = 0;
    std::uint32_t section = 0;  // 0: every section may answer
    const Lanes* lanes = nullptr;
    bool optional = false;  // it need not be played in its turn
    // Item order is preferred, not demanded: who asks may take another item's part.
    bool any_order = false;
    // The exchanges to choose from, ascending, where it is known that others do not fit. Not in
    // strict order.
    std::optional<std::span<const std::uint32_t>> among = std::nullopt;
  };
  // Accepts a candidate, beyond what its hash says: for values that have to be renamed
  // consistently.
  using Accept = std::function<bool(std::uint32_t ordinal)>;

  // Claims the exchange that answers; nothing where none may.
  std::optional<std::uint32_t> claim(const Asked& asked, const Accept& accept = {});

  // In strict order what `optional` says of is played where it is asked for, and waited for by
  // nothing. Called for exchanges that stand in the way.
  void set_optional(std::function<bool(std::uint32_t ordinal)> optional) {
    optional_ = std::move(optional);
  }

  // The section starts anew: all of it is unplayed.
  void restart(std::uint32_t section);
  // Changes whenever something that was played no longer is.
  std::uint64_t restarts() const { return restarts_; }

  bool played(std::uint32_t ordinal) const { return played_[ordinal]; }
  std::uint64_t unplayed() const { return unplayed_; }
  // All with that hash, in every section: to explain a refusal.
  std::span<const std::uint32_t> same(std::uint64_t hash) const { return table_.find(hash); }
  // The first that is unplayed in a section, or size().
  std::uint32_t first_unplayed(std::uint32_t section);
  // Around where a section stands: behind the exchange that was claimed last.
  std::uint32_t place(std::uint32_t section) const;
  // Whether a write that came before it in its lane is still unplayed; and which.
  std::optional<std::uint32_t> missing_predecessor(std::uint32_t ordinal) const;

 private:
  bool is_at_end(const Asked& asked);
  std::optional<std::uint32_t> claim_strict(const Asked& asked, const Accept& accept);
  std::optional<std::uint32_t> claim_by_item(const Asked& asked, const Accept& accept);
  std::optional<std::uint32_t> choose(std::span<const std::uint32_t> same, const Asked& asked,
                                      const Accept& accept);
  std::optional<std::uint32_t> repeat(std::span<const std::uint32_t> same, const Asked& asked,
                                      const Accept& accept);
  bool in_section(std::uint32_t ordinal, std::uint32_t section) const {
    return section == 0 || tape_.sections[ordinal] == section;
  }
  // The latest write to an item of this exchange.
  std::optional<std::uint32_t> predecessor(std::uint32_t ordinal) const;
  bool overlap(std::uint32_t left, std::uint32_t right) const;
  bool stale(std::uint32_t ordinal, const Lanes& lanes) const;
  std::uint32_t last_related_write(const Asked& asked) const;
  void play(std::uint32_t ordinal, const Asked& asked);
  void unplay(std::uint32_t ordinal);

  const MatchColumns& tape_;
  const Order order_;
  const Repeat repeat_;
  const MatchTable table_;
  std::function<bool(std::uint32_t)> optional_;
  std::vector<bool> played_;
  std::uint64_t restarts_ = 0;
  std::uint64_t unplayed_ = 0;
  std::vector<std::uint32_t> closers_;  // the write that ended what came after a write, plus 1
  std::vector<bool> several_;           // writes of more than one item, once they are played
  bool has_several_ = false;            // there is one: few tapes pay for them
  // (lane, section) → the latest of its writes that were played and that closers_ does not tell of
  std::unordered_map<std::uint64_t, std::uint32_t> lane_writes_;
  std::unordered_map<std::uint64_t, std::uint32_t> table_writes_;  // (table, section) → the latest
  std::unordered_map<std::uint64_t, std::uint32_t> value_writes_;  // (value, section) → the latest
  std::unordered_map<std::uint32_t, std::uint32_t>
      cursors_;                                            // section → first that may be unplayed
  std::unordered_map<std::uint32_t, std::uint32_t> last_;  // section → claimed last
  // Large groups of equal requests: how many at their start are done for. Key: the first ordinal.
  std::unordered_map<std::uint32_t, std::uint32_t> done_;
};

}  // namespace dynadeck::cassettes
