#include "engine/items/keys.h"
#include "engine/operations/items/item_write.h"
#include "engine/operations/operations.h"

namespace dynadeck::engine {

Result<std::string> put_item(Core& core, const Request& request, const JsonValue& body) {
  Result<PutItemInput> input = read_put_item(body);
  if (!input.ok()) return input.error();
  const ItemView item(input->item);
  return write_item(
      core, request, input.value(),
      {[&](const TableDefinition& table) { return check_item(table, item); }, item,
       [&](const TableDefinition&, const std::optional<ItemRecord>&) -> Result<WriteResult> {
         return WriteResult{WriteResult::Kind::kPut, input->item};
       },
       [&](std::string& out, ItemView before, ItemView) {
         if (input->return_values == ReturnValues::kAllOld && !before.encoded().empty()) {
           append_attributes(out, before);
         }
       }});
}

}  // namespace dynadeck::engine
