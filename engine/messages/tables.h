// DynamoDB's sentences about tables, indexes and the service itself; see api_error.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

std::string internal_server_error();

// Ours, not AWS's: an operation of the SDKs that dynadeck does not answer.
std::string not_built_yet(std::string_view operation);

// Of operations on items.
std::string resource_not_found();
// Of operations on tables.
std::string table_not_found(std::string_view table_name);
std::string table_exists(std::string_view table_name);
std::string table_being_created(std::string_view table_name);
std::string table_being_deleted(std::string_view table_name);
std::string table_being_updated(std::string_view table_name);
std::string table_protected();

// ---------------------------------------------------------------- UpdateTable

std::string throughput_of_on_demand_table();
std::string throughput_required();
// names: as "a,b".
std::string index_throughput_required(std::string_view names);
struct ThroughputNumbers {
  std::int64_t reads;
  std::int64_t writes;
};
// index: empty for the table.
std::string throughput_unchanged(std::string_view index, ThroughputNumbers current,
                                 ThroughputNumbers requested);
// Times in seconds since 1970.
std::string too_many_decreases(std::int64_t today, std::int64_t last, std::int64_t next);
std::string index_exists();
std::string one_index_at_a_time();
std::string too_many_indexes();
std::string stream_enabled(std::string_view table_name);
std::string stream_not_enabled(std::string_view table_name);
std::string index_being_backfilled(std::string_view index);
std::string index_being_updated(std::string_view table_name, std::string_view index);

// ---------------------------------------------------------------- throughput that is exceeded

// of_index: of a global index.
std::string provisioned_throughput_exceeded(bool of_index);
std::string on_demand_capacity_exceeded(bool of_index);
// Source: [doc] "Diagnosing throttling", its second example.
std::string on_demand_maximum_exceeded();
std::string account_throughput_exceeded();

// ---------------------------------------------------------------- tags

// With AWS's misspelling.
std::string tagged_resource_not_found(std::string_view arn);

// ---------------------------------------------------------------- keys and items

// Of a Key.
std::string key_does_not_match();
// kind: "string" or "binary".
std::string empty_key(std::string_view kind, std::string_view name);
std::string partition_key_too_long();
std::string sort_key_too_long();
// Of an Item.
std::string missing_key(std::string_view name);
std::string key_type_mismatch(std::string_view name, std::string_view expected,
                              std::string_view actual);
std::string index_key_type_mismatch(std::string_view name, std::string_view expected,
                                    std::string_view actual, std::string_view index);
std::string empty_index_key(std::string_view kind, std::string_view index, std::string_view name);
// Of the item that an update would make.
std::string update_index_key_type();
std::string update_empty_index_key(std::string_view kind);

std::string condition_failed();
std::string transaction_ongoing();
// codes: of the reasons, as "[None, ConditionalCheckFailed]".
std::string transaction_cancelled(std::string_view codes);
std::string transaction_in_progress();
std::string token_mismatch();
std::string duplicate_keys();
std::string duplicate_transaction_items();
std::string transaction_too_large();

}  // namespace dynadeck::engine::messages
