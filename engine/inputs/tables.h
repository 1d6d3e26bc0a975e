// The requests of the table operations; see inputs/items.h for what their readers check.
//
// CreateTable and UpdateTable are read past everything that a request can contradict by itself: key
// schemas against attribute definitions, duplicate index names, limits per request, billing mode
// against throughput.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/inputs/tags.h"
#include "engine/messages/api_error.h"
#include "engine/tables/schema.h"
#include "engine/values/value_type.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

enum class KeyType : std::uint8_t { kHash, kRange };

struct AttributeDefinition {
  std::string name;
  Type type = Type::kString;  // kString, kNumber, kBinary
};

struct KeySchemaElement {
  std::string name;
  KeyType type = KeyType::kHash;
};

struct Throughput {
  std::int64_t read_capacity_units = 0;
  std::int64_t write_capacity_units = 0;
};

// Of OnDemandThroughput and WarmThroughput: an absent member keeps what was.
struct RequestUnits {
  std::optional<std::int64_t> read;
  std::optional<std::int64_t> write;
};

struct IndexInput {
  std::string name;
  std::vector<KeySchemaElement> key_schema;
  IndexProjection projection;
  bool has_projection_type = false;       // whether the request names one
  std::optional<Throughput> throughput;   // global indexes only
  std::optional<RequestUnits> on_demand;  // global indexes only
  std::optional<RequestUnits> warm;       // global indexes only
};

struct StreamInput {
  bool enabled = false;
  std::string view_type;  // KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES; empty if disabled
};

struct SseInput {
  bool enabled = false;
  std::string type;        // AES256, KMS; empty if not given
  std::string kms_key_id;  // empty if not given
};

struct CreateTableInput {
  std::string table_name;
  std::vector<AttributeDefinition> attribute_definitions;
  std::vector<KeySchemaElement> key_schema;
  std::vector<IndexInput> local_indexes;
  std::vector<IndexInput> global_indexes;
  BillingMode billing_mode = BillingMode::kProvisioned;
  bool has_billing_mode = false;
  std::optional<Throughput> throughput;
  std::optional<RequestUnits> on_demand;
  std::optional<RequestUnits> warm;
  std::optional<StreamInput> stream;
  std::optional<SseInput> sse;
  std::vector<Tag> tags;
  std::string table_class;  // STANDARD, STANDARD_INFREQUENT_ACCESS; empty if not given
  bool deletion_protection = false;
  std::optional<std::string> resource_policy;
};

struct GlobalIndexUpdate {
  enum class Kind : std::uint8_t { kCreate, kUpdate, kDelete };
  Kind kind = Kind::kCreate;
  IndexInput index;  // for kUpdate and kDelete its name and what changes
};

struct UpdateTableInput {
  std::string table_name;
  std::vector<AttributeDefinition> attribute_definitions;
  std::optional<BillingMode> billing_mode;
  std::optional<Throughput> throughput;
  std::optional<RequestUnits> on_demand;
  std::optional<RequestUnits> warm;
  std::vector<GlobalIndexUpdate> global_index_updates;
  std::optional<StreamInput> stream;
  std::optional<SseInput> sse;
  std::string table_class;
  std::optional<bool> deletion_protection;
  bool has_replica_updates = false;
};

struct ListTablesInput {
  std::optional<std::string> exclusive_start_table_name;
  std::int64_t limit = 100;
};

struct TimeToLiveInput {
  std::string table_name;
  bool enabled = false;
  std::string attribute_name;
};

Result<CreateTableInput> read_create_table(const JsonValue& body);
Result<UpdateTableInput> read_update_table(const JsonValue& body);
// The table's name or ARN.
Result<std::string> read_describe_table(const JsonValue& body);
Result<std::string> read_delete_table(const JsonValue& body);
Result<std::string> read_describe_time_to_live(const JsonValue& body);
Result<ListTablesInput> read_list_tables(const JsonValue& body);
Result<TimeToLiveInput> read_update_time_to_live(const JsonValue& body);

}  // namespace dynadeck::engine
