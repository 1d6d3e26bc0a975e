#include "engine/operations/items/item_write.h"

#include "engine/items/keys.h"
#include "engine/items/stored_item.h"
#include "engine/items/writer.h"
#include "engine/messages/tables.h"
#include "engine/store/key_codec.h"
#include "engine/values/json_text.h"
#include "engine/values/value_json.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

struct Outputs {
  ItemView before;
  ItemView after;
  ConsumedCapacity consumed;
};

// Adds a comma before a member that is not the first.
void separate(std::string& out) {
  if (out.back() != '{') out.push_back(',');
}

std::string answer(const WriteInput& input, const ItemWriteSteps& steps, const Table& table,
                   const Outputs& outputs) {
  const TableDefinition& definition = table.definition;
  std::string out("{");
  steps.append_attributes(out, outputs.before, outputs.after);
  if (input.return_consumed_capacity != ReturnConsumedCapacity::kNone) {
    separate(out);
    out.append("\"ConsumedCapacity\":");
    append_consumed_capacity(out, definition.name, outputs.consumed,
                             input.return_consumed_capacity);
  }
  // Only tables with a local index have item collections.
  if (input.return_item_collection_metrics == ReturnItemCollectionMetrics::kSize &&
      definition.has_local_index()) {
    separate(out);
    out.append("\"ItemCollectionMetrics\":");
    append_collection_metrics(out, definition, steps.key);
  }
  out.push_back('}');
  return out;
}

std::optional<ItemRecord> record_of(const WriteResult& result) {
  if (result.kind != WriteResult::Kind::kPut) return std::nullopt;
  const ItemView item(result.item);
  return ItemRecord{item_size_bytes(item), item};
}

// Takes what a write costs, where throughput is enforced.
Status pay(Core& core, const ItemChange& change) {
  if (!core.limiter) return Done{};
  if (const auto refused = core.limiter->take(write_charges(change, 1))) return refused->error();
  return Done{};
}

// A write that fails its condition costs what the item that it looked at does. Source: [doc]
// "Working with items and attributes", conditional writes.
Status pay_for_look(Core& core, const Table& table, std::string_view key,
                    const std::optional<ItemRecord>& item) {
  if (!core.limiter) return Done{};
  const Charge charge{&table.definition, nullptr, true, write_units(item ? item->size_bytes : 0),
                      partition_of(key)};
  if (const auto refused = core.limiter->take({&charge, 1})) return refused->error();
  return Done{};
}

// One attempt under the item's lock.
Result<std::string> write_locked(Core& core, const Request& request, const WriteInput& input,
                                 const ItemWriteSteps& steps, const Table& table,
                                 std::string_view key) {
  PinnedValue value;
  const auto before = load_item(*core.store, key, value);
  if (!before.ok()) return before.error();
  const std::optional<ItemRecord>& item = before.value();
  if (input.condition && !input.condition->matches(item ? item->item : ItemView())) {
    if (const Status paid = pay_for_look(core, table, key, item); !paid.ok()) return paid.error();
    return condition_failure(item, input.return_item_on_condition_failure);
  }
  const Result<WriteResult> result = steps.change(table.definition, item);
  if (!result.ok()) return result.error();

  const std::optional<ItemRecord> after =
      result->kind == WriteResult::Kind::kNothing ? item : record_of(result.value());
  Outputs outputs{item ? item->item : ItemView(), after ? after->item : ItemView(), {}};
  if (const Status paid = pay(core, {&table, key, item, after}); !paid.ok()) return paid.error();
  if (item || after) {
    ItemWriter writer(core, request.exchange);
    Result<ConsumedCapacity> consumed = writer.add({&table, key, item, after});
    if (!consumed.ok()) return consumed.error();
    if (const Status committed = writer.commit(); !committed.ok()) return committed.error();
    outputs.consumed = std::move(consumed).value();
  } else {
    outputs.consumed.table = write_units(0);
  }
  return answer(input, steps, table, outputs);
}

}  // namespace

Result<std::string> write_item(Core& core, const Request& request, const WriteInput& input,
                               const ItemWriteSteps& steps) {
  while (true) {
    const CatalogView& view = core.catalog->view();
    const Result<const Table*> table = find_table(core, view, request.scope, input.table_name);
    if (!table.ok()) return table.error();
    const TableDefinition& definition = table.value()->definition;
    if (const Status fits = steps.check(definition); !fits.ok()) return fits.error();
    if (const Status scalar = check_scalar_keys(definition, input.nested); !scalar.ok()) {
      return scalar.error();
    }

    std::string key;
    append_item_key(key, definition.id, definition.keys, steps.key);
    const ItemLocks::Guard guard = core.locks.lock(key);
    if (!core.catalog->is_current(view)) continue;  // the table may have changed meanwhile
    if (guard.conflict()) {
      return ApiError{"TransactionConflictException", messages::transaction_ongoing(), {}};
    }
    return write_locked(core, request, input, steps, *table.value(), key);
  }
}

ApiError condition_failure(const std::optional<ItemRecord>& item, bool return_item) {
  ApiError error{"ConditionalCheckFailedException", messages::condition_failed(), {}};
  if (item && return_item) {
    error.members.append("\"Item\":");
    append_item_json(error.members, item->item);
  }
  return error;
}

void append_attributes(std::string& out, ItemView item) {
  out.append("\"Attributes\":");
  append_item_json(out, item);
}

// The size is an estimate between whole gigabytes; collections here stay below the first.
void append_collection_metrics(std::string& out, const TableDefinition& table, ItemView key) {
  const std::string& name = table.keys.partition.front().name;
  out.append("{\"ItemCollectionKey\":{");
  append_json_text(out, name);
  out.push_back(':');
  append_json(out, *key.find(name));
  out.append("},\"SizeEstimateRangeGB\":[0.0,1.0]}");
}

}  // namespace dynadeck::engine
