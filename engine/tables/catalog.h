// Which tables there are.
//
// Requests read an unchanging CatalogView that their thread has at hand: no lock and no shared
// counter on the way. Control operations change the catalog one after another (control_lock) and
// publish a new view. A writer that holds its item's lock checks is_current() and starts again
// otherwise; so once a control operation has passed ItemLocks::wait_for_writers, nobody writes by
// an older definition.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/messages/api_error.h"
#include "engine/store/store.h"
#include "engine/tables/schema.h"

namespace dynadeck::engine {

// Of a table or an index: what the store's counters say, kept in step by every commit.
struct Counters {
  std::atomic<std::int64_t> items{0};
  std::atomic<std::int64_t> bytes{0};
};

// One version of one table. *Immutable*, but for the counters, which all its versions share.
struct Table {
  TableDefinition definition;
  std::shared_ptr<Counters> counters;  // shared between versions
  // In the order of definition.indexes:
  std::vector<std::shared_ptr<Counters>> index_counters;
  std::vector<std::vector<std::string>> projected_names;  // sorted; empty: all attributes

  std::size_t position(const Index& index) const {
    return static_cast<std::size_t>(&index - definition.indexes.data());
  }
};

// Where a name is looked up. Under --shared-db account and region are empty.
struct TableKey {
  std::string account;
  std::string region;
  std::string name;
};

struct TableKeyView {
  std::string_view account;
  std::string_view region;
  std::string_view name;

  TableKeyView(std::string_view an_account, std::string_view a_region, std::string_view a_name)
      : account(an_account), region(a_region), name(a_name) {}
  TableKeyView(const TableKey& key)  // NOLINT: implicit, for lookups
      : account(key.account), region(key.region), name(key.name) {}
};

struct TableKeyLess {
  using is_transparent = void;
  bool operator()(const TableKeyView& left, const TableKeyView& right) const;
};

// The catalog at one moment. *Immutable.*
struct CatalogView {
  std::uint64_t version = 0;
  std::map<TableKey, std::shared_ptr<const Table>, TableKeyLess> tables;  // by name in each scope

  const Table* find(const TableKeyView& key) const;
};

// *Synchronized.*
class Catalog {
 public:
  // Fails with one line for people.
  static Outcome<std::unique_ptr<Catalog>, std::string> open(Store& store);

  // The newest view. Stays valid until this thread asks again.
  const CatalogView& view() const;
  bool is_current(const CatalogView& view) const {
    return version_.load(std::memory_order_acquire) == view.version;
  }

  // Held by whoever changes the catalog, from its first look to its last change.
  [[nodiscard]] std::unique_lock<std::mutex> control_lock() {
    return std::unique_lock(control_mutex_);
  }

  // The rest needs the control lock.

  // A new id for a table, an index or a stream; save() or remove() makes it last.
  std::uint32_t next_id() { return ++last_id_; }
  // Stores the definition, new or changed, and publishes it. batch: further changes that have to
  // happen with it.
  Status save(const TableKey& key, TableDefinition definition, Batch& batch);
  // Forgets the table.
  Status remove(const TableKey& key, Batch& batch);

 private:
  explicit Catalog(Store& store);
  void publish(CatalogView view);
  Status commit(Batch& batch);

  Store& store_;
  const std::uint64_t instance_;  // tells the views of different catalogs apart
  std::mutex control_mutex_;
  std::uint32_t last_id_ = 0;        // guarded by control_mutex_
  std::uint32_t last_saved_id_ = 0;  // guarded by control_mutex_

  std::atomic<std::uint64_t> version_{0};
  mutable std::mutex view_mutex_;
  std::shared_ptr<const CatalogView> view_;  // guarded by view_mutex_
};

}  // namespace dynadeck::engine
