#include <algorithm>
#include <set>

#include "engine/core/client_tokens.h"
#include "engine/inputs/batches.h"
#include "engine/items/keys.h"
#include "engine/items/stored_item.h"
#include "engine/items/table_units.h"
#include "engine/items/writer.h"
#include "engine/messages/tables.h"
#include "engine/operations/items/apply_update.h"
#include "engine/operations/items/item_write.h"
#include "engine/operations/operations.h"
#include "engine/operations/transactions/bounds.h"
#include "engine/operations/transactions/cancellation.h"
#include "engine/store/key_codec.h"
#include "engine/values/json_text.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

using Action = TransactWriteItemsInput::Action;
using Kind = TransactWriteItemsInput::Kind;

struct Plan {
  std::vector<const Table*> tables;  // one per action
  std::vector<std::string> keys;     // one per action
};

Status check_action(const TableDefinition& table, const Action& action) {
  const ItemView item(action.item);
  switch (action.kind) {
    case Kind::kPut:
      return check_item(table, item);
    case Kind::kUpdate:
      return check_update(action.update, table, item);
    default:
      return check_key(table.keys, item);
  }
}

// What refuses the request instead of cancelling the transaction.
// Source: [seen] empty index keys; [peer] DynamoDB Local, paths into keys.
Status check_refusals(const TableDefinition& table, const Action& action) {
  if (Status scalar = check_scalar_keys(table, action.nested); !scalar.ok()) return scalar;
  if (action.kind == Kind::kPut) return check_index_keys_not_empty(table, ItemView(action.item));
  if (action.kind == Kind::kUpdate) return check_assigned_not_empty(table, action.update);
  return Done{};
}

Result<Plan> make_plan(const Core& core, const CatalogView& view, const Request& request,
                       const std::vector<Action>& actions) {
  Plan plan;
  CancellationReasons reasons(actions.size());
  std::set<std::string> seen;
  for (std::size_t index = 0; index < actions.size(); ++index) {
    const Result<const Table*> table =
        find_table(core, view, request.scope, actions[index].table_name);
    if (!table.ok()) return table.error();
    plan.tables.push_back(table.value());
    const TableDefinition& definition = table.value()->definition;
    const ItemView item(actions[index].item);
    if (const Status filled = check_not_empty(definition.keys, item); !filled.ok()) {
      return filled.error();
    }
    if (const Status refused = check_refusals(definition, actions[index]); !refused.ok()) {
      return refused.error();
    }
    std::string& key = plan.keys.emplace_back();
    if (const Status fits = check_action(definition, actions[index]); !fits.ok()) {
      reasons.invalid(index, fits.error().message);
      continue;
    }
    append_item_key(key, definition.id, definition.keys, item);
    if (!seen.insert(key).second) {
      return validation_error(messages::duplicate_transaction_items());
    }
  }
  if (reasons.any()) return reasons.error();
  return plan;
}

// One action's item: as it is, and as the action leaves it.
struct Step {
  PinnedValue value;
  std::optional<ItemRecord> before;
  WriteResult result;
  std::optional<ItemRecord> after;
};

Result<WriteResult> result_of(const Action& action, const TableDefinition& table,
                              const std::optional<ItemRecord>& before) {
  switch (action.kind) {
    case Kind::kPut:
      return WriteResult{WriteResult::Kind::kPut, action.item};
    case Kind::kUpdate:
      return apply_update(action.update, table, ItemView(action.item), before);
    case Kind::kDelete:
      return WriteResult{WriteResult::Kind::kErase, {}};
    case Kind::kConditionCheck:
      break;
  }
  return WriteResult{};
}

// Reads the item, checks the action's condition, computes. Reasons hold what the client did wrong.
Status prepare(const Core& core, const Action& action, std::size_t index, const Plan& plan,
               Step& step, CancellationReasons& reasons) {
  const auto before = load_item(*core.store, plan.keys[index], step.value);
  if (!before.ok()) return before.error();
  step.before = before.value();
  if (action.condition &&
      !action.condition->matches(step.before ? step.before->item : ItemView())) {
    reasons.condition_failed(index,
                             action.return_item_on_condition_failure ? step.before : std::nullopt);
    return Done{};
  }
  Result<WriteResult> result = result_of(action, plan.tables[index]->definition, step.before);
  if (!result.ok()) {
    reasons.invalid(index, result.error().message);
    return Done{};
  }
  step.result = std::move(result).value();
  if (step.result.kind == WriteResult::Kind::kNothing) {
    step.after = step.before;
  } else if (step.result.kind == WriteResult::Kind::kPut) {
    const ItemView item(step.result.item);
    step.after = ItemRecord{item_size_bytes(item), item};
  }
  return Done{};
}

std::size_t size_of(const Step& step) {
  return std::max(step.before ? step.before->size_bytes : 0,
                  step.after ? step.after->size_bytes : 0);
}

// Takes what all actions cost, or, where one finds too little, nothing.
Status pay(ThroughputLimiter& limiter, const Plan& plan, const std::vector<Step>& steps) {
  CancellationReasons reasons(steps.size());
  std::vector<Charge> all;
  for (std::size_t index = 0; index < steps.size(); ++index) {
    const std::vector<Charge> charges = write_charges(
        {plan.tables[index], plan.keys[index], steps[index].before, steps[index].after},
        kTransactionFactor);
    if (const auto refused = limiter.check(charges)) reasons.throttled(index, *refused);
    all.insert(all.end(), charges.begin(), charges.end());
  }
  if (reasons.any()) return reasons.error();
  limiter.charge(all);
  return Done{};
}

struct Token {
  std::string key;  // empty: the request has none
  std::uint64_t fingerprint = 0;
};

// The transaction proper: all items are marked.
Result<TableUnits> execute(Core& core, const Request& request, const std::vector<Action>& actions,
                           const Plan& plan, const Token& token) {
  CancellationReasons reasons(actions.size());
  std::vector<Step> steps(actions.size());
  std::size_t bytes = 0;
  for (std::size_t index = 0; index < actions.size(); ++index) {
    const Status prepared = prepare(core, actions[index], index, plan, steps[index], reasons);
    if (!prepared.ok()) return prepared.error();
    bytes += size_of(steps[index]);
  }
  if (reasons.any()) return reasons.error();
  if (bytes > kMaxTransactionBytes) return validation_error(messages::transaction_too_large());
  if (core.limiter) {
    if (const Status paid = pay(*core.limiter, plan, steps); !paid.ok()) return paid.error();
  }

  ItemWriter writer(core, request.exchange);
  TableUnits units;
  for (std::size_t index = 0; index < actions.size(); ++index) {
    const Step& step = steps[index];
    ConsumedCapacity consumed;
    consumed.table = write_units(0);
    if (step.before || step.after) {
      Result<ConsumedCapacity> added =
          writer.add({plan.tables[index], plan.keys[index], step.before, step.after});
      if (!added.ok()) return added.error();
      consumed = std::move(added).value();
    }
    consumed.multiply(kTransactionFactor);
    units.add(plan.tables[index]->definition.name, consumed);
  }
  if (!token.key.empty()) {
    const Status remembered = ClientTokens::remember(*core.store, writer.batch(), token.key,
                                                     token.fingerprint, core.clock.now());
    if (!remembered.ok()) return remembered.error();
  }
  if (const Status committed = writer.commit(); !committed.ok()) return committed.error();
  return units;
}

void append_metrics(std::string& out, const std::vector<Action>& actions, const Plan& plan) {
  std::vector<std::pair<std::string_view, std::string>> tables;  // name, metrics
  for (std::size_t index = 0; index < actions.size(); ++index) {
    const TableDefinition& table = plan.tables[index]->definition;
    if (!table.has_local_index() || actions[index].kind == Kind::kConditionCheck) continue;
    auto found = std::find_if(tables.begin(), tables.end(),
                              [&](const auto& entry) { return entry.first == table.name; });
    if (found == tables.end()) found = tables.insert(found, {table.name, ""});
    if (!found->second.empty()) found->second.push_back(',');
    append_collection_metrics(found->second, table, ItemView(actions[index].item));
  }
  out.append(",\"ItemCollectionMetrics\":{");
  for (const auto& [name, metrics] : tables) {
    if (out.back() != '{') out.push_back(',');
    append_json_text(out, name);
    out.append(":[").append(metrics).push_back(']');
  }
  out.push_back('}');
}

std::string answer(const TransactWriteItemsInput& input, const Plan& plan, const TableUnits& units,
                   CapacityKind kind) {
  std::string members;
  units.append(members, input.return_consumed_capacity, kind);
  if (input.return_item_collection_metrics == ReturnItemCollectionMetrics::kSize) {
    append_metrics(members, input.actions, plan);
  }
  if (members.empty()) return "{}";
  members.front() = '{';  // in the place of a comma
  members.push_back('}');
  return members;
}

// What a transaction that has happened before costs: it reads. Source: [doc] "Amazon DynamoDB
// Transactions: How it works", idempotency.
Result<std::string> answer_again(Core& core, const TransactWriteItemsInput& input,
                                 const Plan& plan) {
  TableUnits units;
  for (std::size_t index = 0; index < plan.keys.size(); ++index) {
    PinnedValue value;
    const auto item = load_item(*core.store, plan.keys[index], value);
    if (!item.ok()) return item.error();
    ConsumedCapacity consumed;
    consumed.table =
        kTransactionFactor * read_units(item.value() ? item.value()->size_bytes : 0, true);
    units.add(plan.tables[index]->definition.name, consumed);
  }
  return answer(input, plan, units, CapacityKind::kTransactRead);
}

Result<std::string> run(Core& core, const Request& request, const TransactWriteItemsInput& input,
                        const Token& token) {
  while (true) {
    const CatalogView& view = core.catalog->view();
    const Result<Plan> plan = make_plan(core, view, request, input.actions);
    if (!plan.ok()) return plan.error();
    const ItemLocks::Marks marks = core.locks.mark(plan->keys);
    if (!core.catalog->is_current(view)) continue;
    if (!marks.conflicts().empty()) {
      CancellationReasons reasons(input.actions.size());
      for (const std::size_t position : marks.conflicts()) reasons.conflict(position);
      return reasons.error();
    }
    const Result<TableUnits> units = execute(core, request, input.actions, plan.value(), token);
    if (!units.ok()) return units.error();
    return answer(input, plan.value(), units.value(), CapacityKind::kTransactWrite);
  }
}

}  // namespace

Result<std::string> transact_write_items(Core& core, const Request& request,
                                         const JsonValue& body) {
  const Result<TransactWriteItemsInput> input = read_transact_write_items(body);
  if (!input.ok()) return input.error();
  if (!input->client_request_token) return run(core, request, input.value(), {});

  const Token token{
      request.scope.account + '\0' + request.scope.region + '\0' + *input->client_request_token,
      request_fingerprint(body)};
  const auto state = core.tokens.begin(*core.store, token.key, token.fingerprint, core.clock.now());
  if (!state.ok()) return state.error();
  switch (state.value()) {
    case ClientTokens::State::kRunning:
      return ApiError{"TransactionInProgressException", messages::transaction_in_progress(), {}};
    case ClientTokens::State::kMismatch:
      return ApiError{"IdempotentParameterMismatchException", messages::token_mismatch(), {}};
    case ClientTokens::State::kDone: {
      const Result<Plan> plan = make_plan(core, core.catalog->view(), request, input->actions);
      if (!plan.ok()) return plan.error();
      return answer_again(core, input.value(), plan.value());
    }
    case ClientTokens::State::kNew:
      break;
  }
  Result<std::string> result = run(core, request, input.value(), token);
  core.tokens.finish(token.key);
  return result;
}

}  // namespace dynadeck::engine
