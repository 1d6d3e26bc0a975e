#include "engine/inputs/table_inputs.h"
#include "engine/messages_tables.h"
#include "engine/operations/operations.h"
#include "engine/operations/table_settings.h"
#include "engine/table_deletion.h"
#include "engine/table_description.h"

namespace dynadeck::engine {

const Table* find_settled_table(Core& core, const TableKey& key) {
  const Table* table = core.catalog->view().find(key);
  if (table == nullptr || !is_gone(table->definition, core.clock.now())) return table;
  // A failure is logged; the table's name stays in use then.
  return delete_table_data(core, key).ok() ? nullptr : core.catalog->view().find(key);
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
    if (const Status deleted = delete_table_data(core, key); !deleted.ok()) return deleted.error();
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
