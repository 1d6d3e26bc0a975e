// DynamoDB's sentences about requests that make or change tables; see api_error.h.
// Source, beside what api_error.h names: [doc] captures of October 2026 published by a lab of
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
// Source of these and of what follows: [seen] a catalogue of DynamoDB's refusals in two regions,
// October 2026.
std::string view_type_missing(bool at_creation);  // after invalid_parameter()
std::string view_type_without_stream(bool at_creation);
std::string too_many_tags();
std::string duplicate_tag(std::string_view key);
std::string reserved_tag(std::string_view key);

// After invalid_parameter().
std::string encryption_without_encryption(std::string_view member);
std::string key_without_kms();
std::string unsupported_encryption(std::string_view type);
std::string already_encrypted_by_default();
// what: "TableClass modification".
std::string only_operation(std::string_view what);
std::string on_demand_only_with_billing_mode();
std::string index_with_warm_throughput();
std::string stream_with_units();
std::string index_with_units();
std::string index_with_stream();
std::string empty_index_updates();
std::string one_action_per_index_update();
std::string definitions_missing_for_index(std::string_view index);
std::string units_of_on_demand_index(std::string_view index);
// whose: "table" or "index NAME".
std::string warm_below_current(std::string_view name, std::string_view whose);
std::string warm_below_initial(std::string_view name, std::string_view whose);
std::string warm_below_provisioned(std::string_view name, std::string_view whose);
// Alone.
std::string table_name_missing();
std::string invalid_table_class();
// action: "delete" or "update".
std::string not_a_global_index(std::string_view action, std::string_view index);

std::string arn_missing();
std::string malformed_arn(std::string_view arn);
// After invalid_parameter().
std::string arn_without_prefix(std::string_view text);
std::string arn_of_something_else(std::string_view arn);
std::string arn_of_an_index(std::string_view arn);
std::string not_authorized(std::string_view account, std::string_view operation,
                           std::string_view resource);
std::string no_tags();
std::string no_tag_keys();

}  // namespace dynadeck::engine::messages
