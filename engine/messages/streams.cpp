#include "engine/messages/streams.h"

#include "engine/messages/prefixes.h"

namespace dynadeck::engine::messages {
namespace {

constexpr std::string_view kKinesisState =
    "Table is not in a valid state to enable Kinesis Streaming Destination: ";

}  // namespace

// Source: [peer] DynamoDB Local 3, unless said otherwise.

std::string stream_not_found(std::string_view stream_arn) {
  return "Requested resource not found: Stream: " + std::string(stream_arn) + " not found";
}

std::string shard_not_found() { return "Requested resource not found: Shard does not exist"; }

std::string invalid_stream_arn() { return "Invalid StreamArn"; }

std::string invalid_shard_iterator() { return "Invalid ShardIterator"; }

// Source: [doc] API reference, ExpiredIteratorException.
std::string expired_shard_iterator() {
  return "The shard iterator has expired and can no longer be used to retrieve stream records. A "
         "shard iterator expires 15 minutes after it is retrieved using the GetShardIterator "
         "action.";
}

// Source: [doc] an answer of the service in ironSource/node-dynamodb-stream #13.
std::string trimmed_data() { return "The data you are trying to access has been trimmed"; }

std::string sequence_number_required() { return invalid_parameter("Invalid SequenceNumber"); }

std::string sequence_number_not_allowed() {
  return invalid_parameter("SequenceNumber should not be passed for this iterator type");
}

std::string invalid_sequence_number() { return "Invalid SequenceNumber"; }

std::string sequence_number_outside_shard() { return "Invalid SequenceNumber for the shard"; }

// ---------------------------------------------------------------- time to live

// Source: [doc] observations of the service published by the ack-api-quirks project, October 2026.

std::string time_to_live_already(bool enabled) {
  return enabled ? "TimeToLive is already enabled" : "TimeToLive is already disabled";
}

std::string time_to_live_of_other_attribute(std::string_view current) {
  return "TimeToLive is active on a different AttributeName: current AttributeName is " +
         std::string(current);
}

std::string time_to_live_too_often() {
  return "Time to live has been modified multiple times within a fixed interval";
}

// ---------------------------------------------------------------- Kinesis destinations

// Source: as above.

std::string kinesis_not_disabled() {
  return std::string(kKinesisState) +
         "EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE "
         "operation.";
}

std::string kinesis_not_active_to_disable() {
  return std::string(kKinesisState) +
         "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.";
}

std::string kinesis_not_active_to_update() {
  return std::string(kKinesisState) +
         "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state.";
}

std::string kinesis_update_without_settings() {
  return "Streaming destination cannot be updated with given parameters: "
         "UpdateKinesisStreamingConfiguration cannot be null or contain only null values";
}

std::string kinesis_precision_unchanged(std::string_view precision, std::string_view table_id,
                                        std::string_view stream_arn) {
  return "Invalid Request: Precision is already set to the desired value of " +
         std::string(precision) + " for tableId: " + std::string(table_id) +
         ", kdsArn: " + std::string(stream_arn);
}

}  // namespace dynadeck::engine::messages
