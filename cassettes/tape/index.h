// The index of a tape: what a replay needs to know of every exchange without reading it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cassettes/matching/columns.h"
#include "cassettes/matching/lanes.h"
#include "cassettes/tape/column.h"
#include "cassettes/tape/format.h"
#include "cassettes/tape/interaction.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// The columns of matching, and what leads from them into the file.
struct TapeIndex : MatchColumns {
  std::vector<FrameRow> frames;
  std::vector<std::int32_t> positions;                    // place in the file minus ordinal
  std::vector<std::string> section_names{std::string()};  // that sections are numbers of
  KeySchemas keys;
  std::string match;                 // the rules behind the hashes, as JSON; empty for none
  bool renames_names = true;         // their patterns were looked for in names, too
  std::uint64_t last_sequence = 0;   // the highest on the tape
  std::uint64_t last_completed = 0;  // likewise

  // Place in the file among the exchanges, from 0.
  std::uint64_t place(std::uint64_t ordinal) const {
    return ordinal + static_cast<std::uint64_t>(static_cast<std::int64_t>(positions[ordinal]));
  }
};

// The content of the index frame, before its compression.
std::string encode_index(const TapeIndex& index);

// Reads the content of an index frame. read(into, bytes) delivers its next bytes, or false.
// most_exchanges bounds what is believed. The error is one sentence.
Outcome<TapeIndex, std::string> decode_index(
    const std::function<bool(char* into, std::size_t bytes)>& read, std::uint64_t most_exchanges);

// Gathers the columns while a tape is written or scanned, in the order of the file. What costs more
// than noting down waits for finish(): a recording should not. One thread.
class IndexBuilder {
 public:
  IndexBuilder() = default;
  // Goes on from what a tape holds already: later sequences must be above index.last_sequence.
  explicit IndexBuilder(TapeIndex index);

  // Adds the exchange that comes next in the file. hash: its match hash; scan: of its request.
  void add(const InteractionView& interaction, std::uint64_t hash, const RequestScan& scan);

  std::uint64_t size() const { return rows_.size(); }
  std::uint64_t last_sequence() const { return last_sequence_; }
  std::uint64_t last_completed() const { return last_completed_; }
  void set_match(std::string match) { match_ = std::move(match); }

  // The columns; the builder is empty afterwards.
  TapeIndex finish(std::vector<FrameRow> frames);

 private:
  struct Row {
    std::uint64_t sequence;
    std::uint64_t arrived;
    std::uint64_t hash;
    std::uint32_t section;
    std::uint32_t lanes;  // how many of lane_names_ are its own, twice; odd for a write
  };
  // The latest writes in a lane, in the order they completed: more than one, since a request may
  // overlap the last ones.
  class LaneWrites {
   public:
    // The highest sequence that had completed when a request of that sequence arrived; 0 for none.
    std::uint64_t before(std::uint64_t sequence) const;
    void add(std::uint64_t sequence, std::uint64_t arrived);

   private:
    struct Write {
      std::uint64_t sequence;
      std::uint64_t arrived;
    };
    std::array<Write, 8> latest_{};  // a ring
    std::uint64_t count_ = 0;
    std::uint64_t older_ = 0;  // the highest sequence of those that fell out
  };

  std::uint32_t section_number(std::string_view name);
  // The sequence of the write that came before in one of the row's lanes; 0 for none. name: where
  // their names begin, moved behind them.
  std::uint64_t find_predecessor(const Row& row, std::size_t& name);
  // The same for every row.
  std::vector<std::uint64_t> find_predecessors();

  Column<Row> rows_;
  Column<std::uint64_t> lane_names_;
  std::vector<std::uint64_t> old_predecessors_;  // sequences, of the rows that were there before
  std::vector<std::string> section_names_{std::string()};
  std::unordered_map<std::string, std::uint32_t> section_numbers_;
  std::unordered_map<std::uint64_t, LaneWrites> last_writes_;
  // What last_writes_ was before it had grown too large; together they bound the memory. Lanes that
  // fall out are forgotten: replay in item order is then less strict about them.
  std::unordered_map<std::uint64_t, LaneWrites> older_writes_;
  KeySchemas keys_;
  LaneFinder lanes_;
  std::string match_;
  std::uint64_t last_sequence_ = 0;
  std::uint64_t last_completed_ = 0;
};

}  // namespace dynadeck::cassettes
