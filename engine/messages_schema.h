// DynamoDB's sentences about requests that make or change tables; see messages.h.
// Source, beside what messages.h names: [doc] captures of October 2026 published by a lab of
// DynamoDB's control plane.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

// ---------------------------------------------------------------- billing and throughput

// After invalid_parameter().
std::string throughput_with_pay_per_request();
std::string throughput_missing();
std::string index_throughput_with_pay_per_request(std::string_view index);
std::string index_throughput_missing(std::string_view index);
std::string throughput_missing_for_provisioned();  // UpdateTable
// name: "MaxReadRequestUnits". index: empty for the table.
std::string on_demand_with_provisioned(std::string_view name, std::string_view index);
std::string on_demand_out_of_range(std::string_view name, std::string_view index);
// Alone. name: "ReadCapacityUnits".
std::string units_out_of_bounds(std::int64_t units, std::string_view name, std::string_view index);

// ---------------------------------------------------------------- key schemas

// "Invalid KeySchema: " before the first three.
std::string key_without_definition();
std::string first_key_not_hash();
std::string second_key_not_range();
std::string same_key_twice();
// After invalid_parameter().
std::string keys_not_defined(std::span<const std::string_view> keys,
                             std::span<const std::string_view> definitions);
std::string definitions_not_matched();
std::string definitions_not_used(std::span<const std::string_view> definitions,
                                 std::span<const std::string_view> keys);
std::string duplicate_definition(std::string_view attribute);
std::string too_many_keys(std::string_view kind);  // "HASH", "RANGE"
std::string hash_keys_first();
std::string repeated_key_attribute();

// ---------------------------------------------------------------- indexes; after
// invalid_parameter()

std::string empty_index_list(std::string_view list);
std::string local_index_without_table_range();
std::string local_index_without_range(std::string_view index);
std::string local_index_other_hash(std::string_view index, std::string_view index_hash,
                                   std::string_view table_hash);
std::string unknown_projection();
std::string projection_with_attributes(std::string_view projection);
std::string projection_without_attributes();
std::string duplicate_projected_attribute(std::string_view attribute);
std::string duplicate_index_name(std::string_view index);
std::string too_many_local_indexes();
std::string too_many_projected_attributes();
std::string too_many_global_indexes();
std::string no_index_action();
std::string one_update_per_index(std::string_view index);

// ---------------------------------------------------------------- the rest

std::string nothing_to_update();  // alone
std::string view_type_missing();  // after invalid_parameter()
std::string view_type_without_stream();
std::string too_many_tags();
std::string duplicate_tag(std::string_view key);

std::string arn_missing();
std::string malformed_arn(std::string_view arn);
std::string not_authorized(std::string_view account, std::string_view operation,
                           std::string_view resource);
std::string no_tags();
std::string no_tag_keys();

}  // namespace dynadeck::engine::messages
