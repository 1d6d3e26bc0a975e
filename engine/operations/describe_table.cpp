#include "engine/inputs/table_inputs.h"
#include "engine/messages_tables.h"
#include "engine/operations/operations.h"
#include "engine/table_deletion.h"
#include "engine/table_description.h"

namespace dynadeck::engine {

Result<std::string> describe_table(Core& core, const Request& request, const JsonValue& body) {
  const Result<std::string> name = read_describe_table(body);
  if (!name.ok()) return name.error();
  const TableKey key = table_key(core, request.scope, name.value());
  const Clock::WallTime now = core.clock.now();
  const Table* table = core.catalog->view().find(key);
  if (table == nullptr || is_gone(table->definition, now)) {
    return ApiError{"ResourceNotFoundException", messages::table_not_found(key.name), {}};
  }
  std::string out("{\"Table\":");
  append_description(out, *table, now);
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
