#include <set>

#include "engine/inputs/batches.h"
#include "engine/items/capacity.h"
#include "engine/items/keys.h"
#include "engine/items/table_units.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/operations/transactions/bounds.h"
#include "engine/operations/transactions/cancellation.h"
#include "engine/store/key_codec.h"
#include "engine/values/item_record.h"
#include "engine/values/value_json.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

using Get = TransactGetItemsInput::Get;

// All or nothing, as the transaction itself. charges: one per action.
Status pay(ThroughputLimiter& limiter, const std::vector<Charge>& charges) {
  CancellationReasons reasons(charges.size());
  for (std::size_t index = 0; index < charges.size(); ++index) {
    if (const auto refused = limiter.check({&charges[index], 1})) {
      reasons.throttled(index, *refused);
    }
  }
  if (reasons.any()) return reasons.error();
  limiter.charge(charges);
  return Done{};
}

}  // namespace

Result<std::string> transact_get_items(Core& core, const Request& request, const JsonValue& body) {
  const Result<TransactGetItemsInput> input = read_transact_get_items(body);
  if (!input.ok()) return input.error();
  const CatalogView& view = core.catalog->view();
  CancellationReasons reasons(input->gets.size());
  std::vector<const TableDefinition*> tables;
  std::vector<std::string> keys(input->gets.size());
  std::set<std::string_view> seen;
  for (std::size_t index = 0; index < input->gets.size(); ++index) {
    const Get& get = input->gets[index];
    const Result<const Table*> table = find_table(core, view, request.scope, get.table_name);
    if (!table.ok()) return table.error();
    tables.push_back(&table.value()->definition);
    const ItemView key(get.key);
    if (const Status filled = check_not_empty(tables.back()->keys, key); !filled.ok()) {
      return filled.error();
    }
    if (const Status scalar = check_scalar_keys(*tables.back(), get.nested); !scalar.ok()) {
      return scalar.error();
    }
    if (const Status fits = check_key(tables.back()->keys, key); !fits.ok()) {
      reasons.invalid(index, fits.error().message);
      continue;
    }
    append_item_key(keys[index], tables.back()->id, tables.back()->keys, key);
    if (!seen.insert(keys[index]).second) {
      return validation_error(messages::duplicate_transaction_items());
    }
  }
  if (reasons.any()) return reasons.error();

  const Snapshot snapshot = core.store->snapshot();
  std::vector<Charge> charges;  // one per get, where throughput is enforced
  std::string out("{\"Responses\":[");
  TableUnits units;
  std::size_t bytes = 0;
  for (std::size_t index = 0; index < keys.size(); ++index) {
    PinnedValue value;
    const Result<bool> found = core.store->get(Family::kItems, keys[index], value, snapshot);
    if (!found.ok()) return found.error();
    out.append(index > 0 ? ",{" : "{");
    ConsumedCapacity consumed;
    std::size_t size = 0;
    if (found.value()) {
      const ItemRecord record = read_record(value.view());
      size = record.size_bytes;
      const std::optional<Projection>& projection = input->gets[index].projection;
      out.append("\"Item\":");
      if (projection) {
        append_item_json(out, ItemView(projection->project(record.item)));
      } else {
        append_item_json(out, record.item);
      }
    }
    out.push_back('}');
    bytes += size;
    if (bytes > kMaxTransactionBytes) return validation_error(messages::transaction_too_large());
    consumed.table = kTransactionFactor * read_units(size, true);
    units.add(tables[index]->name, consumed);
    if (core.limiter) {
      charges.push_back({tables[index], nullptr, false, consumed.table, partition_of(keys[index])});
    }
  }
  if (core.limiter) {
    if (const Status paid = pay(*core.limiter, charges); !paid.ok()) return paid.error();
  }
  out.push_back(']');
  units.append(out, input->return_consumed_capacity, CapacityKind::kTransactRead);
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
