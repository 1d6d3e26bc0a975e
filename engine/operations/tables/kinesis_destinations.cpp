// EnableKinesisStreamingDestination and its three siblings.
//
// Source: [doc] API reference; states and texts from observations of the service published by the
// ack-api-quirks project, October 2026.
#include <algorithm>

#include "engine/inputs/kinesis.h"
#include "engine/messages/streams.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/operations/tables/settings.h"
#include "engine/upkeep/deletion.h"
#include "engine/values/json_text.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

using Destinations = std::vector<KinesisDestination>;

constexpr std::string_view kDefaultPrecision = "MILLISECOND";

KinesisDestination* find_destination(Destinations& destinations, std::string_view stream_arn) {
  const auto found =
      std::find_if(destinations.begin(), destinations.end(),
                   [&](const KinesisDestination& other) { return other.stream_arn == stream_arn; });
  return found == destinations.end() ? nullptr : &*found;
}

KinesisDestination* find_active(Destinations& destinations, std::string_view stream_arn,
                                Clock::WallTime now) {
  KinesisDestination* found = find_destination(destinations, stream_arn);
  return found && found->at(now) == KinesisStatus::kActive ? found : nullptr;
}

ApiError no_such_table(std::string_view name) {
  return {"ResourceNotFoundException", messages::table_not_found(name), {}};
}

std::string answer(const TableDefinition& table, const KinesisDestination& destination,
                   std::string_view configuration) {
  std::string out("{\"DestinationStatus\":\"");
  out.append(wire_name(destination.status)).append("\",\"");
  out.append(configuration).append("\":{");
  if (!destination.precision.empty()) {
    out.append("\"ApproximateCreationDateTimePrecision\":\"");
    out.append(destination.precision).append("\"");
  }
  out.append("},\"StreamArn\":");
  append_json_text(out, destination.stream_arn);
  out.append(",\"TableName\":");
  append_json_text(out, table.name);
  out.push_back('}');
  return out;
}

// Changes the destinations of a table. change: answers the one that it has changed.
template <typename Change>
Result<std::string> change_destination(Core& core, const Request& request,
                                       const KinesisDestinationInput& input,
                                       std::string_view configuration, const Change& change) {
  const TableKey key = table_key(core, request.scope, input.table_name);
  const auto control = core.catalog->control_lock();
  const Table* table = find_settled_table(core, key);
  if (table == nullptr) return no_such_table(key.name);
  TableDefinition definition = table->definition;
  const Clock::WallTime now = core.clock.now();
  Result<KinesisDestination*> changed = change(definition, now);
  if (!changed.ok()) return changed.error();
  changed.value()->settles = now + core.options.status_delay;
  std::string out = answer(definition, *changed.value(), configuration);
  Batch batch(*core.store);
  if (const Status saved = core.catalog->save(key, std::move(definition), batch); !saved.ok()) {
    return saved.error();
  }
  core.locks.wait_for_writers();  // from here on everybody sends, or nobody does
  return out;
}

}  // namespace

Result<std::string> enable_kinesis_streaming_destination(Core& core, const Request& request,
                                                         const JsonValue& body) {
  const auto input = read_kinesis_destination(body);
  if (!input.ok()) return input.error();
  return change_destination(
      core, request, input.value(), "EnableKinesisStreamingConfiguration",
      [&](TableDefinition& table, Clock::WallTime now) -> Result<KinesisDestination*> {
        for (const KinesisDestination& other : table.kinesis) {
          if (other.at(now) != KinesisStatus::kDisabled) {
            return validation_error(messages::kinesis_not_disabled());
          }
        }
        KinesisDestination* destination = find_destination(table.kinesis, input->stream_arn);
        if (destination == nullptr) destination = &table.kinesis.emplace_back();
        *destination = {input->stream_arn, input->precision, KinesisStatus::kEnabling, {}};
        return destination;
      });
}

Result<std::string> disable_kinesis_streaming_destination(Core& core, const Request& request,
                                                          const JsonValue& body) {
  const auto input = read_kinesis_destination(body);
  if (!input.ok()) return input.error();
  return change_destination(
      core, request, input.value(), "EnableKinesisStreamingConfiguration",
      [&](TableDefinition& table, Clock::WallTime now) -> Result<KinesisDestination*> {
        KinesisDestination* destination = find_active(table.kinesis, input->stream_arn, now);
        if (!destination) return validation_error(messages::kinesis_not_active_to_disable());
        destination->status = KinesisStatus::kDisabling;
        destination->precision.clear();
        return destination;
      });
}

Result<std::string> update_kinesis_streaming_destination(Core& core, const Request& request,
                                                         const JsonValue& body) {
  const auto input = read_update_kinesis_destination(body);
  if (!input.ok()) return input.error();
  return change_destination(
      core, request, input.value(), "UpdateKinesisStreamingConfiguration",
      [&](TableDefinition& table, Clock::WallTime now) -> Result<KinesisDestination*> {
        KinesisDestination* destination = find_active(table.kinesis, input->stream_arn, now);
        if (!destination) return validation_error(messages::kinesis_not_active_to_update());
        const std::string_view current =
            destination->precision.empty() ? kDefaultPrecision : destination->precision;
        if (current == input->precision) {
          return validation_error(messages::kinesis_precision_unchanged(
              input->precision, table.uuid, input->stream_arn));
        }
        destination->status = KinesisStatus::kUpdating;
        destination->precision = input->precision;
        return destination;
      });
}

Result<std::string> describe_kinesis_streaming_destination(Core& core, const Request& request,
                                                           const JsonValue& body) {
  const Result<std::string> name = read_describe_kinesis_destination(body);
  if (!name.ok()) return name.error();
  const TableKey key = table_key(core, request.scope, name.value());
  const Table* table = core.catalog->view().find(key);
  const Clock::WallTime now = core.clock.now();
  if (table == nullptr || is_gone(table->definition, now)) return no_such_table(key.name);
  std::string out("{\"KinesisDataStreamDestinations\":[");
  for (const KinesisDestination& destination : table->definition.kinesis) {
    if (out.back() != '[') out.push_back(',');
    out.push_back('{');
    if (!destination.precision.empty()) {
      out.append("\"ApproximateCreationDateTimePrecision\":\"");
      out.append(destination.precision).append("\",");
    }
    out.append("\"DestinationStatus\":\"").append(wire_name(destination.at(now)));
    out.append("\",\"StreamArn\":");
    append_json_text(out, destination.stream_arn);
    out.push_back('}');
  }
  out.append("],\"TableName\":");
  append_json_text(out, table->definition.name);
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
