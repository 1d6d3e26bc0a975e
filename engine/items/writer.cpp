#include "engine/items/writer.h"

#include <algorithm>

#include "engine/items/keys.h"
#include "engine/store/key_codec.h"
#include "engine/streams/kinesis_record.h"
#include "engine/tables/expiry.h"
#include "engine/tables/index_entries.h"

namespace dynadeck::engine {
namespace {

std::int64_t bytes_of(const std::optional<ItemRecord>& record) {
  return record ? static_cast<std::int64_t>(record->size_bytes) : 0;
}

// An item's entry in an index; nothing where it has none.
struct Entry {
  std::string key;
  std::string projected;  // encoded; unused where the index projects all
  ItemRecord record;
};

std::optional<Entry> entry_of(const Table& table, const Index& index,
                              const std::optional<ItemRecord>& item) {
  if (!item || !is_indexed(index, item->item)) return std::nullopt;
  Entry entry;
  append_entry_key(entry.key, index.id, index.keys, table.definition.keys, item->item);
  const std::vector<std::string>& names = table.projected_names[table.position(index)];
  if (names.empty()) {
    entry.record = *item;
  } else {
    append_projected(entry.projected, names, item->item);
  }
  return entry;
}

// Completes an entry that has reached its place in memory.
void measure(std::optional<Entry>& entry) {
  if (!entry || entry->projected.empty()) return;
  const ItemView item(entry->projected);
  entry->record = {item_size_bytes(item), item};
}

// What a change does to one index.
struct IndexChange {
  std::optional<Entry> before;
  std::optional<Entry> after;

  // Nothing that the index shows changes. A backfill may not have come by yet, but it will.
  bool is_nothing() const {
    return (!before && !after) || (same_key() && before->record.item == after->record.item);
  }
  bool same_key() const { return before && after && before->key == after->key; }
  // Source: [doc] "Using Global Secondary Indexes", provisioned throughput for writes.
  double erase_units() const {
    return before && !same_key() ? write_units(before->record.size_bytes) : 0;
  }
  double put_units() const {
    if (!after) return 0;
    const std::size_t bytes = after->record.size_bytes;
    return write_units(same_key() ? std::max(before->record.size_bytes, bytes) : bytes);
  }
};

IndexChange plan_change(const ItemChange& change, const Index& index) {
  IndexChange plan{entry_of(*change.table, index, change.before),
                   entry_of(*change.table, index, change.after)};
  measure(plan.before);
  measure(plan.after);
  return plan;
}

bool is_unchanged(const ItemChange& change) {
  return change.before && change.after && change.before->item == change.after->item;
}

double table_units(const ItemChange& change) {
  return write_units(
      static_cast<std::size_t>(std::max(bytes_of(change.before), bytes_of(change.after))));
}

}  // namespace

std::vector<Charge> write_charges(const ItemChange& change, double factor) {
  const TableDefinition& table = change.table->definition;
  std::vector<Charge> charges{
      {&table, nullptr, true, factor * table_units(change), partition_of(change.key)}};
  if (is_unchanged(change)) return charges;
  for (const Index& index : table.indexes) {
    const IndexChange plan = plan_change(change, index);
    if (plan.is_nothing()) continue;
    const double erased = factor * plan.erase_units();
    const double put = factor * plan.put_units();
    if (index.kind == IndexKind::kLocal) {
      charges.front().units += erased + put;
      continue;
    }
    if (erased > 0) {
      charges.push_back({&table, &index, true, erased, partition_of(plan.before->key)});
    }
    if (put > 0) charges.push_back({&table, &index, true, put, partition_of(plan.after->key)});
  }
  return charges;
}

void ItemWriter::count(Counters& counters, std::uint32_t id, std::int64_t items,
                       std::int64_t bytes) {
  if (items == 0 && bytes == 0) return;
  batch_.add_to_counter(id, items, bytes);
  counter_changes_.push_back({&counters, id, items, bytes});
}

Result<ConsumedCapacity> ItemWriter::add(const ItemChange& change) {
  const Table& table = *change.table;
  const std::int64_t before_bytes = bytes_of(change.before);
  const std::int64_t after_bytes = bytes_of(change.after);
  ConsumedCapacity consumed;
  consumed.table = table_units(change);

  // What changes nothing is not written; it has been durable before.
  if (is_unchanged(change)) return consumed;

  if (change.after) {
    std::string record;
    record.reserve(change.after->item.encoded().size() + 4);
    append_record(record, change.after->item, change.after->size_bytes);
    batch_.put(Family::kItems, change.key, record);
  } else {
    batch_.erase(Family::kItems, change.key);
  }
  count(*table.counters, table.definition.id,
        static_cast<int>(change.after.has_value()) - static_cast<int>(change.before.has_value()),
        after_bytes - before_bytes);

  change_expiry(change);
  const StreamChange stream_change{&table.definition.keys,
                                   change.before ? change.before->item : ItemView(),
                                   change.after ? change.after->item : ItemView(), change.expired};
  stream_records_.add(table.definition, change.key, stream_change);
  send_to_kinesis(table.definition, change.key, stream_change);

  for (const Index& index : table.definition.indexes) {
    const Result<double> units = change_index(change, index);
    if (!units.ok()) return units.error();
    if (units.value() > 0) consumed.add_index(index, units.value());
  }
  return consumed;
}

void ItemWriter::send_to_kinesis(const TableDefinition& table, std::string_view item_key,
                                 const StreamChange& change) {
  if (table.kinesis.empty() || core_.sink.load() == nullptr) return;
  const Clock::WallTime now = core_.clock.now();
  for (const KinesisDestination& destination : table.kinesis) {
    if (!destination.sends(now)) continue;
    kinesis_records_.push_back(
        make_kinesis_record(table, destination, item_key, change, now, core_.random.uuid()));
  }
}

void ItemWriter::change_expiry(const ItemChange& change) {
  const TimeToLiveSettings& settings = change.table->definition.time_to_live;
  if (!settings.enabled) return;
  const auto second_of = [&](const std::optional<ItemRecord>& item) {
    return item ? expiry_second(item->item, settings.attribute) : std::nullopt;
  };
  const auto before = second_of(change.before);
  const auto after = second_of(change.after);
  if (before == after) return;
  if (before) batch_.erase(Family::kExpiries, expiry_key(*before, change.key));
  if (after) batch_.put(Family::kExpiries, expiry_key(*after, change.key), {});
}

Result<double> ItemWriter::change_index(const ItemChange& change, const Index& index) {
  const Table& table = *change.table;
  const IndexChange plan = plan_change(change, index);
  if (plan.is_nothing()) return 0.0;
  const std::optional<Entry>& before = plan.before;
  const std::optional<Entry>& after = plan.after;

  bool existed = before.has_value();
  if (existed && index.backfilling) {
    const Result<bool> found = has_entry(index, before->key);
    if (!found.ok()) return found.error();
    existed = found.value();
  }

  if (before && !plan.same_key()) batch_.erase(Family::kIndexEntries, before->key);
  if (after) {
    std::string record;
    append_record(record, after->record.item, after->record.size_bytes);
    batch_.put(Family::kIndexEntries, after->key, record);
  }
  count(*table.index_counters[table.position(index)], index.id,
        static_cast<int>(after.has_value()) - static_cast<int>(existed),
        (after ? static_cast<std::int64_t>(after->record.size_bytes) : 0) -
            (existed ? static_cast<std::int64_t>(before->record.size_bytes) : 0));
  return plan.erase_units() + plan.put_units();
}

Result<bool> ItemWriter::has_entry(const Index&, std::string_view entry_key) {
  PinnedValue value;
  return core_.store->get(Family::kIndexEntries, entry_key, value);
}

Status ItemWriter::commit() {
  if (batch_.empty()) return Done{};
  core_.history.before_commit(*core_.store);
  if (Status placed = stream_records_.place(batch_); !placed.ok()) return placed;
  if (Status committed = core_.store->commit(batch_); !committed.ok()) return committed;
  stream_records_.tell(exchange_);
  for (KinesisRecord& record : kinesis_records_) {
    if (ChangeSink* sink = core_.sink) sink->deliver(std::move(record));
  }
  for (const CounterChange& change : counter_changes_) {
    change.counters->items.fetch_add(change.items, std::memory_order_relaxed);
    change.counters->bytes.fetch_add(change.bytes, std::memory_order_relaxed);
  }
  return Done{};
}

}  // namespace dynadeck::engine
