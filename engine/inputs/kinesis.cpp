#include "engine/inputs/kinesis.h"

#include "engine/inputs/members.h"
#include "engine/messages/streams.h"
#include "engine/wire/kinesis_shapes.h"

namespace dynadeck::engine {
namespace {

KinesisDestinationInput read_members(const JsonValue& body, std::string_view configuration) {
  KinesisDestinationInput input;
  input.table_name = string_member(body, "TableName");
  input.stream_arn = string_member(body, "StreamArn");
  if (const JsonValue* settings = body.find(configuration)) {
    input.precision = string_member(*settings, "ApproximateCreationDateTimePrecision");
  }
  return input;
}

}  // namespace

Result<KinesisDestinationInput> read_kinesis_destination(const JsonValue& body) {
  if (Status status = check_request(shapes::kKinesisStreamingDestination, body); !status.ok()) {
    return status.error();
  }
  return read_members(body, "EnableKinesisStreamingConfiguration");
}

Result<KinesisDestinationInput> read_update_kinesis_destination(const JsonValue& body) {
  if (Status status = check_request(shapes::kUpdateKinesisStreamingDestination, body);
      !status.ok()) {
    return status.error();
  }
  KinesisDestinationInput input = read_members(body, "UpdateKinesisStreamingConfiguration");
  if (input.precision.empty()) {
    return validation_error(messages::kinesis_update_without_settings());
  }
  return input;
}

Result<std::string> read_describe_kinesis_destination(const JsonValue& body) {
  if (Status status = check_request(shapes::kDescribeKinesisStreamingDestination, body);
      !status.ok()) {
    return status.error();
  }
  return string_member(body, "TableName");
}

}  // namespace dynadeck::engine
