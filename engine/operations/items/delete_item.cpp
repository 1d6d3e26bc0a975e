#include "engine/items/keys.h"
#include "engine/operations/items/item_write.h"
#include "engine/operations/operations.h"

namespace dynadeck::engine {

Result<std::string> delete_item(Core& core, const Request& request, const JsonValue& body) {
  const Result<DeleteItemInput> input = read_delete_item(body);
  if (!input.ok()) return input.error();
  const ItemView key(input->key);
  return write_item(
      core, request, input.value(),
      {[&](const TableDefinition& table) { return check_key(table.keys, key); }, key,
       [&](const TableDefinition&, const std::optional<ItemRecord>&) -> Result<WriteResult> {
         return WriteResult{WriteResult::Kind::kErase, {}};
       },
       [&](std::string& out, ItemView before, ItemView) {
         if (input->return_values == ReturnValues::kAllOld && !before.encoded().empty()) {
           append_attributes(out, before);
         }
       }});
}

}  // namespace dynadeck::engine
