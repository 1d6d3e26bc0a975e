// The one way in which items change: item, index entries, stream record, expiry, counts and sizes,
// in one batch.
//
// This room has what reads and writes of items have in common, whichever operation asks: do keys
// fit, what is stored, what does it cost, how is it changed.
//
// Whoever adds a change holds the item's lock or mark until commit() has returned, and has found
// the catalog view current under it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/core.h"
#include "engine/items/capacity.h"
#include "engine/streams/writer.h"
#include "engine/throughput/limiter.h"
#include "engine/values/item_record.h"

namespace dynadeck::engine {

// One item before and after. At least one of both exists.
struct ItemChange {
  const Table* table;
  std::string_view key;  // of the item family
  std::optional<ItemRecord> before;
  std::optional<ItemRecord> after;
  bool expired = false;  // deleted by time to live
};

// What the change will take from whose throughput, times `factor`. The table's comes first.
std::vector<Charge> write_charges(const ItemChange& change, double factor);

// Collects the changes of one request. *One thread.*
class ItemWriter {
 public:
  // exchange: that of the request; 0 where no request asks for the changes.
  ItemWriter(Core& core, std::uint64_t exchange)
      : core_(core),
        exchange_(exchange),
        batch_(*core.store),
        stream_records_(*core.streams, core.clock, core.activity.stream_records_written) {}

  // Fails where the disk does. Answers what the write costs.
  Result<ConsumedCapacity> add(const ItemChange& change);

  // Further changes that have to happen with the items.
  Batch& batch() { return batch_; }

  // All changes become visible and durable at once, or none does.
  Status commit();

 private:
  struct CounterChange {
    Counters* counters;
    std::uint32_t id;
    std::int64_t items;
    std::int64_t bytes;
  };

  void count(Counters& counters, std::uint32_t id, std::int64_t items, std::int64_t bytes);
  void change_expiry(const ItemChange& change);
  void send_to_kinesis(const TableDefinition& table, std::string_view item_key,
                       const StreamChange& change);
  Result<double> change_index(const ItemChange& change, const Index& index);
  // Whether a backfill or an earlier write has made that entry.
  Result<bool> has_entry(const Index& index, std::string_view entry_key);

  Core& core_;
  const std::uint64_t exchange_;
  Batch batch_;
  std::vector<CounterChange> counter_changes_;
  StreamWriter stream_records_;
  std::vector<KinesisRecord> kinesis_records_;
};

}  // namespace dynadeck::engine
