// DynamoDB's sentences about streams, time to live and Kinesis destinations; see api_error.h.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

std::string stream_not_found(std::string_view stream_arn);
std::string shard_not_found();
std::string invalid_stream_arn();
std::string invalid_shard_iterator();
std::string expired_shard_iterator();
std::string trimmed_data();
std::string sequence_number_required();
std::string sequence_number_not_allowed();
std::string invalid_sequence_number();
std::string sequence_number_outside_shard();

std::string time_to_live_already(bool enabled);
std::string time_to_live_of_other_attribute(std::string_view current);
std::string time_to_live_too_often();

std::string kinesis_not_disabled();
std::string kinesis_not_active_to_disable();
std::string kinesis_not_active_to_update();
std::string kinesis_update_without_settings();
std::string kinesis_precision_unchanged(std::string_view precision, std::string_view table_id,
                                        std::string_view stream_arn);

}  // namespace dynadeck::engine::messages
