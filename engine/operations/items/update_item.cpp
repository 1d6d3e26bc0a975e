#include "engine/items/keys.h"
#include "engine/messages/values.h"
#include "engine/operations/items/apply_update.h"
#include "engine/operations/items/item_write.h"
#include "engine/operations/operations.h"
#include "engine/wire/item_reader.h"

namespace dynadeck::engine {
namespace {

void append_returned(std::string& out, const UpdateItemInput& input, ItemView before,
                     ItemView after) {
  const bool old_values = input.return_values == ReturnValues::kAllOld ||
                          input.return_values == ReturnValues::kUpdatedOld;
  const ItemView shown = old_values ? before : after;
  if (input.return_values == ReturnValues::kNone || shown.encoded().empty()) return;
  if (input.return_values == ReturnValues::kAllOld ||
      input.return_values == ReturnValues::kAllNew) {
    append_attributes(out, shown);
    return;
  }
  const Projection* touched = input.update.touched();
  if (touched == nullptr) return;
  const std::string projected = touched->project(shown);
  if (!ItemView(projected).empty()) append_attributes(out, ItemView(projected));
}

}  // namespace

Result<WriteResult> apply_update(const Update& update, const TableDefinition& table, ItemView key,
                                 const std::optional<ItemRecord>& before) {
  if (!before && !update.creates_item()) return WriteResult{};
  Result<std::string> after = update.apply(before ? before->item : key);
  if (!after.ok()) return after.error();
  const ItemView item(after.value());
  if (item_size_bytes(item) > kMaxItemBytes) {
    return validation_error(messages::updated_item_too_large());
  }
  if (const Status fits = check_updated_item(table, before ? before->item : ItemView(), item);
      !fits.ok()) {
    return fits.error();
  }
  return WriteResult{WriteResult::Kind::kPut, std::move(after).value()};
}

Status check_update(const Update& update, const TableDefinition& table, ItemView key) {
  if (Status fits = check_key(table.keys, key); !fits.ok()) return fits;
  std::vector<std::string_view> names{table.keys.partition.front().name};
  if (!table.keys.sort.empty()) names.emplace_back(table.keys.sort.front().name);
  if (Status untouched = update.check_keys(names); !untouched.ok()) return untouched;
  return check_assigned_types(table, update);
}

Status check_statement_size(const Update& update) {
  if (update.statement_bytes() <= kMaxItemBytes) return Done{};
  return validation_error(messages::updated_item_too_large());
}

Result<std::string> update_item(Core& core, const Request& request, const JsonValue& body) {
  const Result<UpdateItemInput> input = read_update_item(body);
  if (!input.ok()) return input.error();
  const ItemView key(input->key);
  return write_item(core, request, input.value(),
                    {[&](const TableDefinition& table) {
                       const Status fits = check_update(input->update, table, key);
                       return fits.ok() ? check_statement_size(input->update) : fits;
                     },
                     key,
                     [&](const TableDefinition& table, const std::optional<ItemRecord>& before) {
                       return apply_update(input->update, table, key, before);
                     },
                     [&](std::string& out, ItemView before, ItemView after) {
                       append_returned(out, input.value(), before, after);
                     }});
}

}  // namespace dynadeck::engine
