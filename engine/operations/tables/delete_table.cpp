#include "engine/inputs/tables.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/operations/tables/settings.h"
#include "engine/tables/description.h"
#include "engine/upkeep/deletion.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {

namespace {

// Takes away the indexes whose deletion has come to its end.
Status settle_indexes(Core& core, const TableKey& key, const Table& table) {
  const Clock::WallTime now = core.clock.now();
  TableDefinition definition = table.definition;
  std::vector<Index> gone;
  for (const Index& index : definition.indexes) {
    if (index.is_gone(now)) gone.push_back(index);
  }
  if (gone.empty()) return Done{};
  std::erase_if(definition.indexes, [&](const Index& index) { return index.is_gone(now); });
  definition.forget_unused_attributes();
  Batch batch(*core.store);
  Status saved = core.catalog->save(key, std::move(definition), batch);
  if (!saved.ok()) return saved;
  core.locks.wait_for_writers();
  for (const Index& index : gone) {
    if (Status erased = erase_index_data(core, index); !erased.ok()) return erased;
  }
  return Done{};
}

}  // namespace

const Table* find_settled_table(Core& core, const TableKey& key) {
  const Table* table = core.catalog->view().find(key);
  if (table == nullptr) return nullptr;
  if (!is_gone(table->definition, core.clock.now())) {
    // A failure is logged; the next call tries again.
    (void)settle_indexes(core, key, *table);
    return core.catalog->view().find(key);
  }
  // A failure is logged; the table's name stays in use then.
  return delete_table_data(core, key, 0).ok() ? nullptr : core.catalog->view().find(key);
}

Status check_not_in_use(const Core& core, const TableDefinition& table) {
  const auto in_use = [](std::string message) {
    return ApiError{"ResourceInUseException", std::move(message), {}};
  };
  switch (table.state.at(core.clock.now())) {
    case TableStatus::kCreating:
      return in_use(messages::table_being_created(table.name));
    case TableStatus::kDeleting:
      return in_use(messages::table_being_deleted(table.name));
    case TableStatus::kUpdating:
      return in_use(messages::table_being_updated(table.name));
    case TableStatus::kActive:
      break;
  }
  return Done{};
}

Result<std::string> delete_table(Core& core, const Request& request, const JsonValue& body) {
  const Result<std::string> name = read_delete_table(body);
  if (!name.ok()) return name.error();
  const TableKey key = table_key(core, request.scope, name.value());

  const auto control = core.catalog->control_lock();
  const Table* table = find_settled_table(core, key);
  if (table == nullptr) {
    return ApiError{"ResourceNotFoundException", messages::table_not_found(key.name), {}};
  }
  TableDefinition definition = table->definition;
  if (const Status free = check_not_in_use(core, definition); !free.ok()) return free.error();
  if (definition.deletion_protection) {
    return validation_error(messages::table_protected());
  }

  std::string out("{\"TableDescription\":");
  append_deleted_description(out, *table);
  out.push_back('}');
  if (core.options.status_delay.count() == 0) {
    const Status deleted = delete_table_data(core, key, request.exchange);
    if (!deleted.ok()) return deleted.error();
    return out;
  }
  definition.state = {TableStatus::kDeleting, core.clock.now() + core.options.status_delay};
  Batch batch(*core.store);
  if (const Status saved = core.catalog->save(key, std::move(definition), batch); !saved.ok()) {
    return saved.error();
  }
  return out;
}

}  // namespace dynadeck::engine
