#include <algorithm>

#include "engine/inputs/tables.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/operations/tables/settings.h"
#include "engine/tables/description.h"
#include "engine/upkeep/deletion.h"
#include "harness/seam/service.h"

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
  const auto is_over = [&](const Index& index) { return index.is_gone(now); };
  if (std::any_of(table->definition.indexes.begin(), table->definition.indexes.end(), is_over)) {
    const auto control = core.catalog->control_lock();
    table = find_settled_table(core, key);
    if (table == nullptr) {
      return ApiError{"ResourceNotFoundException", messages::table_not_found(key.name), {}};
    }
  }
  std::string out("{\"Table\":");
  append_description(out, *table, now);
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
