#include "engine/upkeep/deletion.h"

#include "engine/store/key_codec.h"

namespace dynadeck::engine {
namespace {

void erase_all(Batch& batch, Family family, std::uint32_t id) {
  std::string from;
  append_u32(from, id);
  batch.erase_range(family, from, after_prefix(from));
}

}  // namespace

Status delete_table_data(Core& core, const TableKey& key, std::uint64_t exchange) {
  const Table* table = core.catalog->view().find(key);
  if (table == nullptr) return Done{};
  const TableDefinition definition = table->definition;

  const auto erase_data = [&](Batch& batch) {
    erase_all(batch, Family::kItems, definition.id);
    erase_all(batch, Family::kExpiries, definition.id);
    erase_all(batch, Family::kCounters, definition.id);
    for (const Index& index : definition.indexes) {
      erase_all(batch, Family::kIndexEntries, index.id);
      erase_all(batch, Family::kCounters, index.id);
    }
  };
  Batch forget(*core.store);
  erase_data(forget);
  if (Status removed = core.catalog->remove(key, forget); !removed.ok()) return removed;

  // Nobody finds the table any more. What those wrote who had found it before goes as well.
  core.locks.wait_for_writers();
  Status ended = core.streams->disable(definition.stream.id, exchange);
  if (!ended.ok()) return ended;
  Batch batch(*core.store);
  erase_data(batch);
  return core.store->commit(batch);
}

Status erase_index_data(Core& core, const Index& index) {
  Batch batch(*core.store);
  erase_all(batch, Family::kIndexEntries, index.id);
  erase_all(batch, Family::kCounters, index.id);
  return core.store->commit(batch);
}

bool is_gone(const TableDefinition& table, Clock::WallTime now) {
  return table.state.status == TableStatus::kDeleting &&
         table.state.at(now) == TableStatus::kActive;
}

}  // namespace dynadeck::engine
