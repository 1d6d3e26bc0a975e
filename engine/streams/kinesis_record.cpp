#include "engine/streams/kinesis_record.h"

#include <cstdio>

#include "engine/values/json_text.h"
#include "engine/values/value_json.h"
#include "harness/seam/random.h"

namespace dynadeck::engine {
namespace {

// 32 hexadecimal digits. Source: [seen] LocalStack's captures of the service, January 2024.
std::string partition_key(std::string_view item_key) {
  char text[40];
  std::snprintf(text, sizeof text, "%016llx%016llx",
                static_cast<unsigned long long>(draw_bits(0, item_key, 0)),
                static_cast<unsigned long long>(draw_bits(0, item_key, 1)));
  return text;
}

void append_creation_time(std::string& out, const KinesisDestination& destination,
                          Clock::WallTime now) {
  const auto since_1970 = now.time_since_epoch();
  const bool fine = destination.precision == "MICROSECOND";
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(since_1970);
  out.append("\"ApproximateCreationDateTime\":");
  out.append(std::to_string(fine ? since_1970.count() : milliseconds.count()));
  if (fine) out.append(",\"ApproximateCreationDateTimePrecision\":\"MICROSECOND\"");
}

}  // namespace

KinesisRecord make_kinesis_record(const TableDefinition& table,
                                  const KinesisDestination& destination, std::string_view item_key,
                                  const StreamChange& change, Clock::WallTime now,
                                  std::string_view event_id) {
  std::string stored;
  append_stream_record(stored, change, StreamViewType::kNewAndOldImages);
  const StreamRecordView record = read_stream_record(stored);

  KinesisRecord result{destination.stream_arn, partition_key(item_key), {}};
  std::string& out = result.data;
  out.append("{\"awsRegion\":");
  append_json_text(out, table.scope.region);
  out.append(",\"eventID\":");
  append_json_text(out, event_id);
  out.append(",\"eventName\":\"").append(wire_name(record.event));
  out.append("\",\"userIdentity\":");
  out.append(record.expired ? "{\"principalId\":\"dynamodb.amazonaws.com\",\"type\":\"Service\"}"
                            : "null");
  out.append(",\"recordFormat\":\"application/json\",\"tableName\":");
  append_json_text(out, table.name);
  out.append(",\"dynamodb\":{");
  append_creation_time(out, destination, now);
  out.append(",\"Keys\":");
  append_item_json(out, record.keys);
  if (!record.new_image.encoded().empty()) {
    out.append(",\"NewImage\":");
    append_item_json(out, record.new_image);
  }
  if (!record.old_image.encoded().empty()) {
    out.append(",\"OldImage\":");
    append_item_json(out, record.old_image);
  }
  out.append(",\"SizeBytes\":").append(std::to_string(record.size_bytes));
  out.append("},\"eventSource\":\"aws:dynamodb\"}");
  return result;
}

}  // namespace dynadeck::engine
