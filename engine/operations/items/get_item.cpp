#include "engine/inputs/items.h"
#include "engine/items/capacity.h"
#include "engine/items/keys.h"
#include "engine/operations/operations.h"
#include "engine/store/key_codec.h"
#include "engine/values/item_record.h"
#include "engine/values/value_json.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {

Result<std::string> get_item(Core& core, const Request& request, const JsonValue& body) {
  const Result<GetItemInput> input = read_get_item(body);
  if (!input.ok()) return input.error();
  const Result<const Table*> found =
      find_table(core, core.catalog->view(), request.scope, input->table_name);
  if (!found.ok()) return found.error();
  const TableDefinition& table = found.value()->definition;
  const ItemView key(input->key);
  if (const Status fits = check_key(table.keys, key); !fits.ok()) return fits.error();
  if (const Status scalar = check_scalar_keys(table, input->nested); !scalar.ok()) {
    return scalar.error();
  }

  std::string item_key;
  append_item_key(item_key, table.id, table.keys, key);
  PinnedValue value;
  const Result<bool> exists = core.store->get(Family::kItems, item_key, value,
                                              core.read_snapshot(request, input->consistent_read));
  if (!exists.ok()) return exists.error();

  std::string out;
  const std::size_t size_bytes = exists.value() ? read_record(value.view()).size_bytes : 0;
  if (core.limiter) {
    const Charge charge{&table, nullptr, false, read_units(size_bytes, input->consistent_read),
                        partition_of(item_key)};
    if (const auto refused = core.limiter->take({&charge, 1})) return refused->error();
  }
  out.push_back('{');
  if (exists.value()) {
    const ItemRecord record = read_record(value.view());
    out.reserve(2 * value.view().size() + 128);
    out.append("\"Item\":");
    if (input->projection) {
      append_item_json(out, ItemView(input->projection->project(record.item)));
    } else {
      append_item_json(out, record.item);
    }
  }
  if (input->return_consumed_capacity != ReturnConsumedCapacity::kNone) {
    ConsumedCapacity consumed;
    consumed.table = read_units(size_bytes, input->consistent_read);
    out.append(exists.value() ? ",\"ConsumedCapacity\":" : "\"ConsumedCapacity\":");
    append_consumed_capacity(out, table.name, consumed, input->return_consumed_capacity);
  }
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
