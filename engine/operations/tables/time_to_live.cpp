// UpdateTimeToLive, DescribeTimeToLive.
#include "engine/inputs/tables.h"
#include "engine/messages/streams.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/operations/tables/settings.h"
#include "engine/store/key_codec.h"
#include "engine/upkeep/deletion.h"
#include "engine/upkeep/sweeper.h"
#include "engine/values/json_text.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

// Up to so many items are indexed before UpdateTimeToLive answers.
constexpr std::int64_t kImmediateIndexItems = 5000;

ApiError no_such_table(std::string_view name) {
  return {"ResourceNotFoundException", messages::table_not_found(name), {}};
}

// What the setting refuses comes before how often it may change. Source: [doc] observations of the
// service published by the ack-api-quirks project, October 2026.
Status check_change(const TimeToLiveInput& input, const TimeToLiveSettings& current,
                    Clock::WallTime now) {
  if (current.enabled && input.attribute_name != current.attribute) {
    return validation_error(messages::time_to_live_of_other_attribute(current.attribute));
  }
  if (input.enabled == current.enabled) {
    return validation_error(messages::time_to_live_already(input.enabled));
  }
  // [chosen] AWS waits for half an hour; here only as long as the change is shown to take.
  if (current.settles && now < *current.settles) {
    return validation_error(messages::time_to_live_too_often());
  }
  return Done{};
}

Status erase_expiries(Core& core, std::uint32_t table_id) {
  std::string from;
  append_u32(from, table_id);
  Batch batch(*core.store);
  batch.erase_range(Family::kExpiries, from, after_prefix(from));
  return core.store->commit(batch);
}

}  // namespace

Result<std::string> update_time_to_live(Core& core, const Request& request, const JsonValue& body) {
  const Result<TimeToLiveInput> input = read_update_time_to_live(body);
  if (!input.ok()) return input.error();
  const TableKey key = table_key(core, request.scope, input->table_name);

  std::unique_lock control = core.catalog->control_lock();
  const Table* table = find_settled_table(core, key);
  if (table == nullptr) return no_such_table(key.name);
  TableDefinition definition = table->definition;
  if (const Status free = check_not_in_use(core, definition); !free.ok()) return free.error();
  const Clock::WallTime now = core.clock.now();
  if (const Status allowed = check_change(input.value(), definition.time_to_live, now);
      !allowed.ok()) {
    return allowed.error();
  }

  const bool indexes_at_once = table->counters->items <= kImmediateIndexItems;
  const std::uint32_t table_id = definition.id;
  definition.time_to_live = {input->enabled, input->attribute_name, input->enabled,
                             now + core.options.status_delay};
  Batch batch(*core.store);
  if (const Status saved = core.catalog->save(key, std::move(definition), batch); !saved.ok()) {
    return saved.error();
  }
  core.locks.wait_for_writers();  // from here on all of them keep the index, or none does
  if (!input->enabled) {
    if (const Status erased = erase_expiries(core, table_id); !erased.ok()) return erased.error();
  }
  control.unlock();
  if (input->enabled && indexes_at_once) core.sweeper->index(key);
  if (input->enabled && !indexes_at_once) core.sweeper->index_later(key);

  std::string out("{\"TimeToLiveSpecification\":{\"AttributeName\":");
  append_json_text(out, input->attribute_name);
  out.append(",\"Enabled\":").append(input->enabled ? "true" : "false").append("}}");
  return out;
}

Result<std::string> describe_time_to_live(Core& core, const Request& request,
                                          const JsonValue& body) {
  const Result<std::string> name = read_describe_time_to_live(body);
  if (!name.ok()) return name.error();
  const TableKey key = table_key(core, request.scope, name.value());
  const Table* table = core.catalog->view().find(key);
  const Clock::WallTime now = core.clock.now();
  if (table == nullptr || is_gone(table->definition, now)) return no_such_table(key.name);

  const TimeToLiveSettings& settings = table->definition.time_to_live;
  const TimeToLiveStatus status = settings.status(now);
  std::string out("{\"TimeToLiveDescription\":{");
  if (status != TimeToLiveStatus::kDisabled) {
    out.append("\"AttributeName\":");
    append_json_text(out, settings.attribute);
    out.push_back(',');
  }
  out.append("\"TimeToLiveStatus\":\"").append(wire_name(status)).append("\"}}");
  return out;
}

}  // namespace dynadeck::engine
