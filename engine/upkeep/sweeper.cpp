#include "engine/upkeep/sweeper.h"

#include <algorithm>

#include "engine/core/core.h"
#include "engine/items/stored_item.h"
#include "engine/items/writer.h"
#include "engine/store/key_codec.h"
#include "engine/tables/expiry.h"

namespace dynadeck::engine {
namespace {

// How many items are locked at a time.
constexpr std::size_t kSweepGroup = 64;

// The table, if items of it may expire.
const Table* find_expiring(const Core& core, const CatalogView& view, const TableKey& key) {
  const Table* table = view.find(key);
  if (table == nullptr || table->definition.state.status == TableStatus::kDeleting) return nullptr;
  const TimeToLiveStatus status = table->definition.time_to_live.status(core.clock.now());
  return status == TimeToLiveStatus::kEnabled ? table : nullptr;
}

const Table* find_indexing(const CatalogView& view, const TableKey& key) {
  const Table* table = view.find(key);
  return table != nullptr && table->definition.time_to_live.indexing ? table : nullptr;
}

std::vector<TableKey> tables_where(const CatalogView& view, bool TimeToLiveSettings::*flag) {
  std::vector<TableKey> keys;
  for (const auto& [key, table] : view.tables) {
    if (table->definition.time_to_live.*flag) keys.push_back(key);
  }
  return keys;
}

bool contains(const std::vector<std::size_t>& sorted, std::size_t position) {
  return std::binary_search(sorted.begin(), sorted.end(), position);
}

}  // namespace

Sweeper::~Sweeper() {
  stopping_ = true;
  {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Sweeper::start(std::chrono::milliseconds interval) {
  const std::lock_guard lock(mutex_);
  interval_ = interval;
  for (TableKey& key : tables_where(core_.catalog->view(), &TimeToLiveSettings::indexing)) {
    to_index_.push_back(std::move(key));
  }
  if (interval_.count() > 0 || !to_index_.empty()) start_thread();
}

void Sweeper::index_later(TableKey table) {
  const std::lock_guard lock(mutex_);
  to_index_.push_back(std::move(table));
  start_thread();
  changed_.notify_all();
}

// The caller has the lock.
void Sweeper::start_thread() {
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
}

void Sweeper::work() {
  std::unique_lock lock(mutex_);
  const auto has_work = [&] { return stopping_ || !to_index_.empty(); };
  while (!stopping_) {
    if (!to_index_.empty()) {
      const TableKey table = std::move(to_index_.front());
      to_index_.pop_front();
      lock.unlock();
      index(table);
      lock.lock();
    } else if (interval_.count() == 0) {
      changed_.wait(lock, has_work);
    } else if (!changed_.wait_for(lock, interval_, has_work)) {
      lock.unlock();
      // Failures are logged where they happen; the next round tries again.
      (void)sweep();
      (void)core_.streams->maintain();
      lock.lock();
    }
  }
}

// ---------------------------------------------------------------- sweeping

Result<std::size_t> Sweeper::sweep() {
  std::size_t count = 0;
  for (const TableKey& key : tables_where(core_.catalog->view(), &TimeToLiveSettings::enabled)) {
    const Result<std::size_t> deleted = sweep_table(key);
    if (!deleted.ok()) return deleted;
    count += deleted.value();
  }
  return count;
}

Result<std::size_t> Sweeper::sweep_table(const TableKey& key) {
  const Table* table = find_expiring(core_, core_.catalog->view(), key);
  if (table == nullptr) return std::size_t{0};
  Cursor cursor = core_.store->cursor(
      Family::kExpiries, expired_span(table->definition.id, core_.clock.now()), Access::kBulk);
  std::size_t count = 0;
  cursor.seek_first();
  while (cursor.valid() && !stopping_) {
    std::vector<std::string> entries;
    for (; cursor.valid() && entries.size() < kSweepGroup; cursor.next()) {
      entries.emplace_back(cursor.key());
    }
    const Result<std::size_t> deleted = delete_group(key, entries);
    if (!deleted.ok()) return deleted;
    count += deleted.value();
  }
  if (const Status status = cursor.status(); !status.ok()) return status.error();
  return count;
}

// Items that a transaction has now are left to the next sweep.
Result<std::size_t> Sweeper::delete_group(const TableKey& key,
                                          const std::vector<std::string>& entries) {
  std::vector<std::string> keys;
  for (const std::string& entry : entries) keys.push_back(item_key_of(entry));
  while (true) {
    const CatalogView& view = core_.catalog->view();
    const Table* table = find_expiring(core_, view, key);
    if (table == nullptr) return std::size_t{0};
    const ItemLocks::Guards guards = core_.locks.lock_all(keys);
    if (!core_.catalog->is_current(view)) continue;

    ItemWriter writer(core_, 0);
    std::vector<PinnedValue> values(keys.size());
    std::size_t count = 0;
    const Clock::WallTime now = core_.clock.now();
    for (std::size_t position = 0; position < keys.size(); ++position) {
      if (contains(guards.conflicts(), position)) continue;
      const auto item = load_item(*core_.store, keys[position], values[position]);
      if (!item.ok()) return item.error();
      const std::optional<std::uint64_t> second =
          item.value() ? expiry_second(item.value()->item, table->definition.time_to_live.attribute)
                       : std::nullopt;
      if (!second || !is_expired(*second, now)) continue;  // it has been written meanwhile
      const auto added = writer.add({table, keys[position], item.value(), std::nullopt, true});
      if (!added.ok()) return added.error();
      ++count;
    }
    if (const Status committed = writer.commit(); !committed.ok()) return committed.error();
    core_.activity.expired_items.fetch_add(count, std::memory_order_relaxed);
    return count;
  }
}

// ---------------------------------------------------------------- indexing

namespace {

// Adds the expiries of a group of items that are locked. Answers those that a transaction has;
// nothing where the disk fails.
std::optional<std::vector<std::string>> index_group(const Core& core, const Table& table,
                                                    const std::vector<std::string>& keys,
                                                    const ItemLocks::Guards& guards) {
  Batch batch(*core.store);
  std::vector<std::string> left;
  for (std::size_t position = 0; position < keys.size(); ++position) {
    if (contains(guards.conflicts(), position)) {
      left.push_back(keys[position]);
      continue;
    }
    PinnedValue value;
    const auto item = load_item(*core.store, keys[position], value);
    if (!item.ok()) return std::nullopt;
    if (!item.value()) continue;
    const auto second = expiry_second(item.value()->item, table.definition.time_to_live.attribute);
    if (second) batch.put(Family::kExpiries, expiry_key(*second, keys[position]), {});
  }
  if (!batch.empty() && !core.store->commit(batch).ok()) return std::nullopt;
  return left;
}

}  // namespace

// Whether all items have been indexed.
bool Sweeper::index_items(const TableKey& key) {
  const Table* table = find_indexing(core_.catalog->view(), key);
  if (table == nullptr) return false;
  std::string from;
  append_u32(from, table->definition.id);
  Cursor cursor = core_.store->cursor(Family::kItems, {from, after_prefix(from)}, Access::kBulk);
  cursor.seek_first();
  std::vector<std::string> keys;
  while (cursor.valid() || !keys.empty()) {
    if (stopping_) return false;
    for (; cursor.valid() && keys.size() < kSweepGroup; cursor.next())
      keys.emplace_back(cursor.key());
    const CatalogView& view = core_.catalog->view();
    table = find_indexing(view, key);
    if (table == nullptr) return false;
    const ItemLocks::Guards guards = core_.locks.lock_all(keys);
    if (!core_.catalog->is_current(view)) continue;
    auto left = index_group(core_, *table, keys, guards);
    if (!left) return false;
    // Transactions are over in no time.
    if (!left->empty()) std::this_thread::yield();
    keys = *std::move(left);
  }
  return cursor.status().ok();
}

void Sweeper::index(const TableKey& key) {
  if (!index_items(key)) return;
  const auto control = core_.catalog->control_lock();
  const Table* table = find_indexing(core_.catalog->view(), key);
  if (table == nullptr) return;
  TableDefinition definition = table->definition;
  definition.time_to_live.indexing = false;
  Batch batch(*core_.store);
  // A failure is logged; the next start tries again.
  (void)core_.catalog->save(key, std::move(definition), batch);
}

}  // namespace dynadeck::engine
