#include "engine/tables/catalog.h"

#include <utility>

#include "engine/tables/catalog_codec.h"
#include "engine/tables/index_entries.h"

namespace dynadeck::engine {
namespace {

constexpr std::uint32_t kIdCounter = 0;

std::string storage_key(const TableKey& key) {
  return key.account + '\0' + key.region + '\0' + key.name;
}

// Undoes storage_key.
TableKey table_key(std::string_view bytes) {
  const std::size_t first = bytes.find('\0');
  const std::size_t second = bytes.find('\0', first + 1);
  return {std::string(bytes.substr(0, first)),
          std::string(bytes.substr(first + 1, second - first - 1)),
          std::string(bytes.substr(second + 1))};
}

Result<std::shared_ptr<Counters>> load_counters(const Store& store, std::uint32_t id) {
  const auto stored = store.counter(id);
  if (!stored.ok()) return stored.error();
  auto counters = std::make_shared<Counters>();
  counters->items = stored.value().first;
  counters->bytes = stored.value().second;
  return counters;
}

// before: the version that it replaces, if any; its counters live on.
Result<std::shared_ptr<const Table>> make_table(const Store& store, TableDefinition definition,
                                                const Table* before) {
  auto table = std::make_shared<Table>();
  if (before != nullptr && before->definition.id == definition.id) {
    table->counters = before->counters;
  } else {
    auto counters = load_counters(store, definition.id);
    if (!counters.ok()) return counters.error();
    table->counters = std::move(counters).value();
  }
  for (const Index& index : definition.indexes) {
    std::shared_ptr<Counters> kept;
    for (std::size_t at = 0; before != nullptr && at < before->index_counters.size(); ++at) {
      if (before->definition.indexes[at].id == index.id) kept = before->index_counters[at];
    }
    if (!kept) {
      auto counters = load_counters(store, index.id);
      if (!counters.ok()) return counters.error();
      kept = std::move(counters).value();
    }
    table->index_counters.push_back(std::move(kept));
    table->projected_names.push_back(projected_names(definition.keys, index));
  }
  table->definition = std::move(definition);
  return std::shared_ptr<const Table>(std::move(table));
}

std::uint64_t next_instance() {
  static std::atomic<std::uint64_t> instances{0};
  return ++instances;
}

}  // namespace

bool TableKeyLess::operator()(const TableKeyView& left, const TableKeyView& right) const {
  if (const int order = left.account.compare(right.account); order != 0) return order < 0;
  if (const int order = left.region.compare(right.region); order != 0) return order < 0;
  return left.name < right.name;
}

const Table* CatalogView::find(const TableKeyView& key) const {
  const auto found = tables.find(key);
  return found == tables.end() ? nullptr : found->second.get();
}

Catalog::Catalog(Store& store) : store_(store), instance_(next_instance()) {}

Outcome<std::unique_ptr<Catalog>, std::string> Catalog::open(Store& store) {
  std::unique_ptr<Catalog> catalog(new Catalog(store));
  const auto last_id = store.counter(kIdCounter);
  if (!last_id.ok()) return last_id.error().message;
  catalog->last_id_ = catalog->last_saved_id_ = static_cast<std::uint32_t>(last_id->first);

  CatalogView view;
  Cursor cursor = store.cursor(Family::kCatalog, {}, Access::kRange);
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const TableKey key = table_key(cursor.key());
    auto definition = decode_definition(cursor.value());
    if (!definition) return "the catalog's entry of table '" + key.name + "' cannot be read";
    auto table = make_table(store, *std::move(definition), nullptr);
    if (!table.ok()) return table.error().message;
    view.tables.emplace(key, std::move(table).value());
  }
  if (!cursor.status().ok()) return std::string("the catalog cannot be read");
  catalog->publish(std::move(view));
  return catalog;
}

const CatalogView& Catalog::view() const {
  // Per thread, so that requests share no reference count. A thread keeps at most one outdated view
  // alive, until its next request.
  struct Cached {
    std::uint64_t instance = 0;
    std::shared_ptr<const CatalogView> view;
  };
  thread_local Cached cached;
  if (cached.instance != instance_ || !is_current(*cached.view)) {
    const std::lock_guard lock(view_mutex_);
    cached = {instance_, view_};
  }
  return *cached.view;
}

void Catalog::publish(CatalogView view) {
  const std::lock_guard lock(view_mutex_);
  view.version = version_.load(std::memory_order_relaxed) + 1;
  const std::uint64_t version = view.version;
  view_ = std::make_shared<const CatalogView>(std::move(view));
  version_.store(version, std::memory_order_release);
}

Status Catalog::commit(Batch& batch) {
  batch.add_to_counter(kIdCounter, static_cast<std::int64_t>(last_id_) - last_saved_id_, 0);
  Status committed = store_.commit(batch);
  if (committed.ok()) last_saved_id_ = last_id_;
  return committed;
}

Status Catalog::save(const TableKey& key, TableDefinition definition, Batch& batch) {
  CatalogView next = view();
  auto table = make_table(store_, std::move(definition), next.find(key));
  if (!table.ok()) return table.error();
  batch.put(Family::kCatalog, storage_key(key), encode_definition(table.value()->definition));
  if (Status committed = commit(batch); !committed.ok()) return committed;
  next.tables.insert_or_assign(key, std::move(table).value());
  publish(std::move(next));
  return Done{};
}

Status Catalog::remove(const TableKey& key, Batch& batch) {
  CatalogView next = view();
  next.tables.erase(key);
  batch.erase(Family::kCatalog, storage_key(key));
  if (Status committed = commit(batch); !committed.ok()) return committed;
  publish(std::move(next));
  return Done{};
}

}  // namespace dynadeck::engine
