#include <algorithm>

#include "engine/inputs/tables.h"
#include "engine/messages/prefixes.h"
#include "engine/messages/schema.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/operations/tables/settings.h"
#include "engine/operations/tables/throughput_update.h"
#include "engine/tables/description.h"
#include "engine/upkeep/backfill.h"
#include "engine/upkeep/deletion.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

// Source: [doc] "Quotas".
constexpr std::ptrdiff_t kMaxGlobalIndexes = 20;

// Up to so many items an index is filled before UpdateTable answers, so that the next call finds it
// active; more take their time as with AWS.
constexpr std::int64_t kImmediateBackfillItems = 5000;

ApiError limit_exceeded(std::string message) {
  return {"LimitExceededException", std::move(message), {}};
}

// What UpdateTable is going to do. The stored definition has it done; the shown one has it begun.
struct Change {
  TableDefinition stored;
  TableDefinition shown;
  std::optional<std::uint32_t> added_index;
  std::optional<Index> removed_index;

  // Changes both alike.
  template <typename Edit>
  void both(const Edit& edit) {
    edit(stored);
    edit(shown);
  }
};

Index* find_index(TableDefinition& table, std::string_view name) {
  const auto found = std::find_if(
      table.indexes.begin(), table.indexes.end(),
      [&](const Index& index) { return index.kind == IndexKind::kGlobal && index.name == name; });
  return found == table.indexes.end() ? nullptr : &*found;
}

Status check_keys_defined(const IndexInput& index,
                          const std::vector<AttributeDefinition>& definitions) {
  std::vector<std::string_view> keys;
  std::vector<std::string_view> defined;
  for (const KeySchemaElement& element : index.key_schema) keys.emplace_back(element.name);
  for (const AttributeDefinition& definition : definitions) defined.emplace_back(definition.name);
  const auto is_defined = [&](std::string_view key) {
    return std::find(defined.begin(), defined.end(), key) != defined.end();
  };
  if (std::all_of(keys.begin(), keys.end(), is_defined)) return Done{};
  return validation_error(messages::invalid_parameter(messages::keys_not_defined(keys, defined)));
}

Status add_index(Core& core, const UpdateTableInput& input, const IndexInput& index,
                 Change& change) {
  if (change.stored.find_index(index.name) != nullptr) {
    return validation_error(messages::index_exists());
  }
  const auto is_global = [](const Index& other) { return other.kind == IndexKind::kGlobal; };
  if (std::count_if(change.stored.indexes.begin(), change.stored.indexes.end(), is_global) >=
      kMaxGlobalIndexes) {
    return limit_exceeded(messages::too_many_indexes());
  }
  if (change.stored.billing == BillingMode::kProvisioned && !index.throughput) {
    return validation_error(messages::index_throughput_required(index.name));
  }
  if (input.attribute_definitions.empty()) {
    return validation_error(
        messages::invalid_parameter(messages::definitions_missing_for_index(index.name)));
  }
  change.both([&](TableDefinition& table) {
    for (const AttributeDefinition& attribute : input.attribute_definitions) {
      const KeyAttribute given{attribute.name, attribute.type};
      auto& known = table.attribute_definitions;
      if (std::find(known.begin(), known.end(), given) == known.end()) known.push_back(given);
    }
  });
  std::vector<AttributeDefinition> attributes;
  for (const KeyAttribute& attribute : change.stored.attribute_definitions) {
    attributes.push_back({attribute.name, attribute.type});
  }
  if (const Status defined = check_keys_defined(index, attributes); !defined.ok()) return defined;
  Index made = make_index(core, IndexKind::kGlobal, index, attributes,
                          {TableStatus::kCreating, std::nullopt});
  change.added_index = made.id;
  change.shown.indexes.push_back(made);
  made.backfilling = true;
  made.state.until = core.clock.now() + core.options.status_delay;
  change.stored.indexes.push_back(std::move(made));
  return Done{};
}

Status remove_index(const Core& core, std::string_view name, Change& change) {
  Index* index = find_index(change.stored, name);
  if (index == nullptr && change.stored.find_index(name) != nullptr) {
    return validation_error(messages::not_a_global_index("delete", name));
  }
  if (index == nullptr) {
    return ApiError{"ResourceNotFoundException", messages::resource_not_found(), {}};
  }
  find_index(change.shown, name)->state = {TableStatus::kDeleting, std::nullopt};
  find_index(change.shown, name)->backfilling = false;
  if (core.options.status_delay.count() > 0) {
    index->state = {TableStatus::kDeleting, core.clock.now() + core.options.status_delay};
    return Done{};
  }
  change.removed_index = *index;
  change.stored.indexes.erase(change.stored.indexes.begin() +
                              (index - change.stored.indexes.data()));
  change.stored.forget_unused_attributes();
  return Done{};
}

Status change_indexes(Core& core, const UpdateTableInput& input, Change& change) {
  using Kind = GlobalIndexUpdate::Kind;
  const auto online = [](const GlobalIndexUpdate& update) { return update.kind != Kind::kUpdate; };
  const auto& updates = input.global_index_updates;
  const bool busy = std::any_of(
      change.stored.indexes.begin(), change.stored.indexes.end(), [](const Index& index) {
        return index.backfilling || index.state.status == TableStatus::kDeleting;
      });
  const auto wanted = std::count_if(updates.begin(), updates.end(), online);
  if (wanted > 1 || (wanted == 1 && busy)) return limit_exceeded(messages::one_index_at_a_time());
  for (const GlobalIndexUpdate& update : updates) {
    Status changed = Done{};
    if (update.kind == Kind::kCreate) changed = add_index(core, input, update.index, change);
    if (update.kind == Kind::kDelete) changed = remove_index(core, update.index.name, change);
    if (!changed.ok()) return changed;
  }
  return Done{};
}

Status change_stream(Core& core, const StreamInput& stream, Change& change) {
  if (stream.enabled && change.stored.stream.enabled) {
    return validation_error(messages::stream_enabled(change.stored.name));
  }
  if (!stream.enabled && !change.stored.stream.enabled) {
    return validation_error(messages::stream_not_enabled(change.stored.name));
  }
  if (stream.enabled) {
    enable_stream(core, change.stored, stream.view_type);
  } else {
    change.stored.stream.enabled = false;
  }
  change.shown.stream = change.stored.stream;
  return Done{};
}

Status check_settings(const UpdateTableInput& input, const TableDefinition& table) {
  if (input.sse && !input.sse->enabled && !table.encryption) {
    return validation_error(messages::invalid_parameter(messages::already_encrypted_by_default()));
  }
  if (!input.warm) return Done{};
  return check_more_warm(*input.warm, effective_warm(table.warm, table.billing, table.throughput),
                         "table");
}

void change_settings(Core& core, const UpdateTableInput& input, Change& change) {
  change.both([&](TableDefinition& table) {
    if (input.deletion_protection) table.deletion_protection = *input.deletion_protection;
    if (!input.table_class.empty()) table.table_class = input.table_class;
    if (input.on_demand) change_on_demand(*input.on_demand, table.on_demand);
    if (input.warm) change_warm(*input.warm, table.warm);
  });
  if (input.sse) {
    change.stored.encryption.reset();
    if (input.sse->enabled) {
      change.stored.encryption = make_encryption(core, change.stored, input.sse->kms_key_id);
    }
    change.shown.encryption = change.stored.encryption;
  }
}

Result<Change> plan(Core& core, const UpdateTableInput& input, const TableDefinition& current) {
  Change change{current, current, {}, {}};
  if (const Status changed =
          update_throughput(core.clock.now(), input, change.stored, change.shown);
      !changed.ok()) {
    return changed.error();
  }
  if (const Status changed = change_indexes(core, input, change); !changed.ok()) {
    return changed.error();
  }
  if (input.stream) {
    if (const Status changed = change_stream(core, *input.stream, change); !changed.ok()) {
      return changed.error();
    }
  }
  if (const Status fits = check_settings(input, current); !fits.ok()) return fits.error();
  change_settings(core, input, change);
  const Clock::WallTime now = core.clock.now();
  change.stored.state = {TableStatus::kUpdating, now + core.options.status_delay};
  change.shown.state = {TableStatus::kUpdating, std::nullopt};
  return change;
}

// The table as the answer shows it, with the counters of those indexes that have been there.
std::string describe(const Table& current, TableDefinition shown, Clock::WallTime now) {
  Table table = current;
  table.definition = std::move(shown);
  while (table.index_counters.size() < table.definition.indexes.size()) {
    table.index_counters.push_back(std::make_shared<Counters>());
  }
  std::string out("{\"TableDescription\":");
  append_description(out, table, now);
  out.push_back('}');
  return out;
}

}  // namespace

Result<std::string> update_table(Core& core, const Request& request, const JsonValue& body) {
  const Result<UpdateTableInput> input = read_update_table(body);
  if (!input.ok()) return input.error();
  const TableKey key = table_key(core, request.scope, input->table_name);

  std::unique_lock control = core.catalog->control_lock();
  const Table* current = find_settled_table(core, key);
  if (current == nullptr) {
    return ApiError{"ResourceNotFoundException", messages::table_not_found(key.name), {}};
  }
  if (const Status free = check_not_in_use(core, current->definition); !free.ok()) {
    return free.error();
  }
  Result<Change> change = plan(core, input.value(), current->definition);
  if (!change.ok()) return change.error();

  const bool fills_at_once = current->counters->items <= kImmediateBackfillItems;
  std::string out = describe(*current, std::move(change->shown), core.clock.now());
  Batch batch(*core.store);
  const std::uint32_t old_stream = current->definition.stream.id;
  const bool begins_stream = change->stored.stream.id != old_stream;
  const bool ends_stream = current->definition.stream.enabled && !change->stored.stream.enabled;
  if (begins_stream) core.streams->create(change->stored, batch);
  const std::uint32_t new_stream = change->stored.stream.id;
  if (const Status saved = core.catalog->save(key, std::move(change->stored), batch); !saved.ok()) {
    if (begins_stream) core.streams->forget(new_stream);
    return saved.error();
  }
  if (begins_stream) core.streams->introduce(new_stream, request.exchange);
  if (change->added_index || change->removed_index || ends_stream) core.locks.wait_for_writers();
  if (ends_stream) {
    const Status ended = core.streams->disable(old_stream, request.exchange);
    if (!ended.ok()) return ended.error();
  }
  if (change->removed_index) {
    if (const Status erased = erase_index_data(core, *change->removed_index); !erased.ok()) {
      return erased.error();
    }
  }
  control.unlock();
  if (change->added_index) {
    const BackfillTask task{key, *change->added_index};
    if (fills_at_once) {
      core.backfiller->run(task);
    } else {
      core.backfiller->add(task);
    }
  }
  return out;
}

}  // namespace dynadeck::engine
