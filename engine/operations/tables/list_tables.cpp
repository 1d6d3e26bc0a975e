#include "engine/inputs/tables.h"
#include "engine/operations/operations.h"
#include "engine/upkeep/deletion.h"
#include "engine/values/json_text.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {

Result<std::string> list_tables(Core& core, const Request& request, const JsonValue& body) {
  const Result<ListTablesInput> input = read_list_tables(body);
  if (!input.ok()) return input.error();
  const bool shared = core.options.shared_db;
  const std::string_view account = shared ? std::string_view() : request.scope.account;
  const std::string_view region = shared ? std::string_view() : request.scope.region;
  const std::string_view start = input->exclusive_start_table_name
                                     ? std::string_view(*input->exclusive_start_table_name)
                                     : std::string_view();

  const Clock::WallTime now = core.clock.now();
  const auto& tables = core.catalog->view().tables;
  std::string out("{\"TableNames\":[");
  std::string_view last;
  std::int64_t count = 0;
  bool more = false;
  for (auto it = tables.upper_bound(TableKeyView(account, region, start)); it != tables.end();
       ++it) {
    if (it->first.account != account || it->first.region != region) break;
    if (is_gone(it->second->definition, now)) continue;
    if (count == input->limit) {
      more = true;
      break;
    }
    if (count++ > 0) out.push_back(',');
    last = it->first.name;
    append_json_text(out, last);
  }
  out.push_back(']');
  if (more) {
    out.append(",\"LastEvaluatedTableName\":");
    append_json_text(out, last);
  }
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
