#include <algorithm>
#include <iterator>
#include <set>

#include "engine/inputs/batches.h"
#include "engine/items/keys.h"
#include "engine/items/stored_item.h"
#include "engine/items/table_units.h"
#include "engine/items/writer.h"
#include "engine/messages/tables.h"
#include "engine/operations/items/item_write.h"
#include "engine/operations/operations.h"
#include "engine/store/key_codec.h"
#include "engine/values/json_text.h"
#include "engine/values/value_json.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

using Write = BatchWriteItemInput::Write;

// All writes in one row, in the order of the request.
struct Plan {
  struct Step {
    const Table* table;
    const std::string* table_name;  // as the request has it
    const Write* write;
  };
  std::vector<Step> steps;
  std::vector<std::string> keys;  // of the steps
};

Result<Plan> make_plan(const Core& core, const CatalogView& view, const Request& request,
                       const BatchWriteItemInput& input) {
  Plan plan;
  for (const BatchWriteItemInput::Table& part : input.tables) {
    const Result<const Table*> table = find_table(core, view, request.scope, part.table_name);
    if (!table.ok()) return table.error();
    const TableDefinition& definition = table.value()->definition;
    std::set<std::string> seen;
    for (const Write& write : part.writes) {
      const ItemView item(write.item);
      const Status fits =
          write.is_put ? check_batch_item(definition, item) : check_key(definition.keys, item);
      if (!fits.ok()) return fits.error();
      std::string key;
      append_item_key(key, definition.id, definition.keys, item);
      if (!seen.insert(key).second) return validation_error(messages::duplicate_keys());
      plan.keys.push_back(std::move(key));
      plan.steps.push_back({table.value(), &part.table_name, &write});
    }
  }
  return plan;
}

// Writes {"T":[...],"U":[...]} of steps that come table by table.
class TableLists {
 public:
  explicit TableLists(std::string& out) : out_(out) { out_.push_back('{'); }

  // Makes room for an element, which the caller appends.
  void begin_element(const Plan::Step& step) {
    if (step.table_name == table_) {
      out_.push_back(',');
      return;
    }
    if (table_) out_.append("],");
    append_json_text(out_, *step.table_name);
    out_.append(":[");
    table_ = step.table_name;
  }

  void finish() { out_.append(table_ ? "]}" : "}"); }

 private:
  std::string& out_;
  const std::string* table_ = nullptr;
};

// left: the places of the writes that were not done.
void append_unprocessed(std::string& out, const Plan& plan, const std::vector<std::size_t>& left) {
  TableLists lists(out);
  for (const std::size_t position : left) {
    const Plan::Step& step = plan.steps[position];
    lists.begin_element(step);
    out.append(step.write->is_put ? "{\"PutRequest\":{\"Item\":" : "{\"DeleteRequest\":{\"Key\":");
    append_item_json(out, ItemView(step.write->item));
    out.append("}}");
  }
  lists.finish();
}

void append_metrics(std::string& out, const Plan& plan, const std::vector<std::size_t>& left) {
  out.append(",\"ItemCollectionMetrics\":");
  TableLists lists(out);
  for (std::size_t position = 0; position < plan.steps.size(); ++position) {
    const Plan::Step& step = plan.steps[position];
    if (!step.table->definition.has_local_index()) continue;
    if (std::binary_search(left.begin(), left.end(), position)) continue;
    lists.begin_element(step);
    append_collection_metrics(out, step.table->definition, ItemView(step.write->item));
  }
  lists.finish();
}

// The places of the steps that are not to be done, ascending: those in conflict with a transaction,
// and those that the request's hints hold back.
std::vector<std::size_t> left_out(const std::vector<std::size_t>& conflicts,
                                  const std::vector<std::uint32_t>& held_back) {
  std::vector<std::size_t> places;
  std::set_union(conflicts.begin(), conflicts.end(), held_back.begin(), held_back.end(),
                 std::back_inserter(places));
  return places;
}

// What of a plan was done.
struct Written {
  TableUnits units;
  std::vector<std::size_t> left;       // positions, ascending
  std::optional<Throttled> throttled;  // the first step that was
};

// Everything that is not left out and has the throughput, in one batch: the items become durable
// together, which nobody can tell from one after another.
Result<Written> write_all(Core& core, const Request& request, const Plan& plan,
                          const std::vector<std::size_t>& left_out) {
  Written written;
  ItemWriter writer(core, request.exchange);
  for (std::size_t position = 0; position < plan.steps.size(); ++position) {
    if (std::binary_search(left_out.begin(), left_out.end(), position)) {
      written.left.push_back(position);
      continue;
    }
    const Plan::Step& step = plan.steps[position];
    PinnedValue value;
    const auto before = load_item(*core.store, plan.keys[position], value);
    if (!before.ok()) return before.error();
    ConsumedCapacity consumed;
    consumed.table = write_units(0);
    std::optional<ItemRecord> after;
    if (step.write->is_put) {
      const ItemView item(step.write->item);
      after = ItemRecord{item_size_bytes(item), item};
    }
    const ItemChange change{step.table, plan.keys[position], before.value(), after};
    if (core.limiter) {
      if (auto refused = core.limiter->take(write_charges(change, 1))) {
        written.left.push_back(position);
        if (!written.throttled) written.throttled = std::move(refused);
        continue;
      }
    }
    if (before.value() || after) {
      Result<ConsumedCapacity> added = writer.add(change);
      if (!added.ok()) return added.error();
      consumed = std::move(added).value();
    }
    written.units.add(step.table->definition.name, consumed);
  }
  if (const Status committed = writer.commit(); !committed.ok()) return committed.error();
  return written;
}

}  // namespace

Result<std::string> batch_write_item(Core& core, const Request& request, const JsonValue& body) {
  const Result<BatchWriteItemInput> input = read_batch_write_item(body);
  if (!input.ok()) return input.error();
  while (true) {
    const CatalogView& view = core.catalog->view();
    const Result<Plan> plan = make_plan(core, view, request, input.value());
    if (!plan.ok()) return plan.error();
    const ItemLocks::Guards guards = core.locks.lock_all(plan->keys);
    if (!core.catalog->is_current(view)) continue;
    std::vector<std::size_t> undone = left_out(guards.conflicts(), request.hints.held_back);
    // Beyond the batch's end there is nothing to hold back.
    undone.erase(std::lower_bound(undone.begin(), undone.end(), plan->steps.size()), undone.end());
    const Result<Written> written = write_all(core, request, plan.value(), undone);
    if (!written.ok()) return written.error();
    // Source: [doc] API reference, BatchWriteItem: the exception where nothing could be done.
    if (written->throttled && written->left.size() == plan->steps.size()) {
      return written->throttled->error();
    }

    std::string out("{\"UnprocessedItems\":");
    append_unprocessed(out, plan.value(), written->left);
    if (input->return_item_collection_metrics == ReturnItemCollectionMetrics::kSize) {
      append_metrics(out, plan.value(), written->left);
    }
    written->units.append(out, input->return_consumed_capacity);
    out.push_back('}');
    return out;
  }
}

}  // namespace dynadeck::engine
