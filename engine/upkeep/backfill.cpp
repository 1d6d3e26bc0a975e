#include "engine/upkeep/backfill.h"

#include <algorithm>

#include "engine/core/core.h"
#include "engine/items/keys.h"
#include "engine/store/key_codec.h"
#include "engine/tables/index_entries.h"
#include "engine/values/item_record.h"

namespace dynadeck::engine {
namespace {

// How many items are locked at a time.
constexpr std::size_t kBackfillGroup = 64;

// The table and the index as the catalog has them now; nothing once either has gone.
struct Target {
  const Table* table;
  const Index* index;
};

std::optional<Target> find_backfill(const CatalogView& view, const BackfillTask& task) {
  const Table* table = view.find(task.table);
  if (table == nullptr) return std::nullopt;
  for (const Index& index : table->definition.indexes) {
    if (index.id == task.index_id && index.backfilling) return Target{table, &index};
  }
  return std::nullopt;
}

// Collects the entries of a group of items. *One thread.*
class Group {
 public:
  Group(const Store& store, const Target& target) : store_(store), target_(target), batch_(store) {}

  Status add(std::string_view item_key) {
    PinnedValue value;
    const Result<bool> found = store_.get(Family::kItems, item_key, value);
    if (!found.ok()) return found.error();
    if (!found.value()) return Done{};
    const ItemRecord item = read_record(value.view());
    if (!is_indexed(*target_.index, item.item)) return Done{};

    std::string entry_key;
    append_entry_key(entry_key, target_.index->id, target_.index->keys,
                     target_.table->definition.keys, item.item);
    PinnedValue entry;
    const Result<bool> exists = store_.get(Family::kIndexEntries, entry_key, entry);
    if (!exists.ok()) return exists.error();
    if (!exists.value()) put(entry_key, item);
    return Done{};
  }

  Status commit(Store& store) {
    if (items_ == 0) return Done{};
    batch_.add_to_counter(target_.index->id, items_, bytes_);
    if (Status committed = store.commit(batch_); !committed.ok()) return committed;
    Counters& counters = *target_.table->index_counters[target_.table->position(*target_.index)];
    counters.items.fetch_add(items_, std::memory_order_relaxed);
    counters.bytes.fetch_add(bytes_, std::memory_order_relaxed);
    return Done{};
  }

 private:
  void put(const std::string& entry_key, const ItemRecord& item) {
    const auto& names = target_.table->projected_names[target_.table->position(*target_.index)];
    std::string projected;
    ItemRecord entry = item;
    if (!names.empty()) {
      append_projected(projected, names, item.item);
      entry = {item_size_bytes(ItemView(projected)), ItemView(projected)};
    }
    std::string record;
    append_record(record, entry.item, entry.size_bytes);
    batch_.put(Family::kIndexEntries, entry_key, record);
    ++items_;
    bytes_ += static_cast<std::int64_t>(entry.size_bytes);
  }

  const Store& store_;
  const Target& target_;
  Batch batch_;
  std::int64_t items_ = 0;
  std::int64_t bytes_ = 0;
};

// One group under its locks. Answers which keys are left because a transaction has them; nothing
// where the work is over.
std::optional<std::vector<std::string>> visit(Core& core, const BackfillTask& task,
                                              const std::vector<std::string>& keys) {
  while (true) {
    const CatalogView& view = core.catalog->view();
    const std::optional<Target> target = find_backfill(view, task);
    if (!target) return std::nullopt;
    const ItemLocks::Guards guards = core.locks.lock_all(keys);
    if (!core.catalog->is_current(view)) continue;

    std::vector<std::string> left;
    Group group(*core.store, *target);
    for (std::size_t position = 0; position < keys.size(); ++position) {
      if (std::binary_search(guards.conflicts().begin(), guards.conflicts().end(), position)) {
        left.push_back(keys[position]);
      } else if (!group.add(keys[position]).ok()) {
        return std::nullopt;
      }
    }
    if (!group.commit(*core.store).ok()) return std::nullopt;
    return left;
  }
}

}  // namespace

Backfiller::~Backfiller() {
  stopping_ = true;
  {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Backfiller::resume() {
  for (const auto& [key, table] : core_.catalog->view().tables) {
    for (const Index& index : table->definition.indexes) {
      if (index.backfilling) add({key, index.id});
    }
  }
}

void Backfiller::add(BackfillTask task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  changed_.notify_all();
}

void Backfiller::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return (tasks_.empty() && !busy_) || stopping_; });
}

void Backfiller::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return !tasks_.empty() || stopping_; });
    if (stopping_) return;
    const BackfillTask task = std::move(tasks_.front());
    tasks_.pop_front();
    busy_ = true;
    lock.unlock();
    run(task);
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

bool Backfiller::visit_all(const BackfillTask& task) {
  const std::optional<Target> target = find_backfill(core_.catalog->view(), task);
  if (!target) return false;
  std::string from;
  append_u32(from, target->table->definition.id);
  Cursor cursor = core_.store->cursor(Family::kItems, {from, after_prefix(from)}, Access::kBulk);
  std::vector<std::string> keys;
  cursor.seek_first();
  while (cursor.valid() || !keys.empty()) {
    if (stopping_) return false;
    for (; cursor.valid() && keys.size() < kBackfillGroup; cursor.next())
      keys.emplace_back(cursor.key());
    auto left = visit(core_, task, keys);
    if (!left) return false;
    // Transactions are over in no time.
    if (!left->empty()) std::this_thread::yield();
    keys = *std::move(left);
  }
  return cursor.status().ok();
}

void Backfiller::run(const BackfillTask& task) {
  if (!visit_all(task)) return;
  const auto control = core_.catalog->control_lock();
  const Table* table = core_.catalog->view().find(task.table);
  if (table == nullptr) return;
  TableDefinition definition = table->definition;
  for (Index& index : definition.indexes) {
    if (index.id == task.index_id) {
      index.backfilling = false;
      const Clock::WallTime now = core_.clock.now();
      index.state = {TableStatus::kCreating, std::max(index.state.until.value_or(now), now)};
    }
  }
  Batch batch(*core_.store);
  // A failure is logged; the next start tries again.
  (void)core_.catalog->save(task.table, std::move(definition), batch);
}

}  // namespace dynadeck::engine
