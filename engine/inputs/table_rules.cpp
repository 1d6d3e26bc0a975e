#include "engine/inputs/table_rules.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "engine/messages/prefixes.h"
#include "engine/messages/schema.h"
#include "engine/values/java_order.h"

namespace dynadeck::engine {
namespace {

using Names = std::vector<std::string_view>;

constexpr std::int64_t kMaxUnits = 1'000'000'000'000;
constexpr std::size_t kMaxLocalIndexes = 5;
constexpr std::size_t kMaxGlobalIndexes = 20;
constexpr std::ptrdiff_t kMaxKeysOfAKind = 4;

ApiError invalid(std::string_view why) {
  return validation_error(messages::invalid_parameter(why));
}

Names names_of(const std::vector<KeySchemaElement>& schema) {
  Names names;
  for (const KeySchemaElement& element : schema) names.push_back(element.name);
  return names;
}

Names names_of(const std::vector<AttributeDefinition>& definitions) {
  Names names;
  for (const AttributeDefinition& definition : definitions) names.push_back(definition.name);
  return names;
}

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Names as_java_set(Names names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  order_as_java(names, names.size());
  return names;
}

// ---------------------------------------------------------------- throughput

Status check_bounds(const Throughput& throughput, std::string_view index) {
  if (throughput.read_capacity_units > kMaxUnits) {
    return validation_error(
        messages::units_out_of_bounds(throughput.read_capacity_units, "ReadCapacityUnits", index));
  }
  if (throughput.write_capacity_units > kMaxUnits) {
    return validation_error(messages::units_out_of_bounds(throughput.write_capacity_units,
                                                          "WriteCapacityUnits", index));
  }
  return Done{};
}

// index: empty for the table.
Status check_on_demand(const std::optional<RequestUnits>& units, BillingMode mode,
                       std::string_view index) {
  if (!units) return Done{};
  const auto check = [&](const std::optional<std::int64_t>& value,
                         std::string_view name) -> Status {
    if (!value) return Done{};
    if (mode == BillingMode::kProvisioned) {
      return invalid(messages::on_demand_with_provisioned(name, index));
    }
    // -1 takes a maximum away.
    if (*value < 1 && *value != -1) return invalid(messages::on_demand_out_of_range(name, index));
    return Done{};
  };
  if (Status status = check(units->read, "MaxReadRequestUnits"); !status.ok()) return status;
  return check(units->write, "MaxWriteRequestUnits");
}

Status check_table_throughput(const CreateTableInput& input) {
  if (input.billing_mode == BillingMode::kPayPerRequest) {
    if (input.throughput) return invalid(messages::throughput_with_pay_per_request());
  } else if (!input.throughput) {
    return invalid(messages::throughput_missing());
  }
  if (input.throughput) {
    if (Status status = check_bounds(*input.throughput, {}); !status.ok()) return status;
  }
  return check_on_demand(input.on_demand, input.billing_mode, {});
}

Status check_index_throughput(const IndexInput& index, BillingMode mode) {
  if (mode == BillingMode::kPayPerRequest) {
    if (index.throughput) {
      return invalid(messages::index_throughput_with_pay_per_request(index.name));
    }
  } else if (!index.throughput) {
    return invalid(messages::index_throughput_missing(index.name));
  }
  if (index.throughput) {
    if (Status status = check_bounds(*index.throughput, index.name); !status.ok()) return status;
  }
  return check_on_demand(index.on_demand, mode, index.name);
}

// ---------------------------------------------------------------- key schemas

Status check_defined(const std::vector<KeySchemaElement>& schema, const Names& definitions) {
  const Names keys = names_of(schema);
  const bool defined = std::all_of(
      keys.begin(), keys.end(), [&](std::string_view key) { return contains(definitions, key); });
  if (defined) return Done{};
  return invalid(messages::keys_not_defined(keys, definitions));
}

// Of a table or a local index: a partition key and at most one sort key.
Status check_pair(const std::vector<KeySchemaElement>& schema) {
  if (schema.size() > 1 && schema[0].name == schema[1].name) {
    return validation_error(messages::same_key_twice());
  }
  if (schema.front().type != KeyType::kHash) {
    return validation_error(messages::first_key_not_hash());
  }
  if (schema.size() > 1 && schema[1].type != KeyType::kRange) {
    return validation_error(messages::second_key_not_range());
  }
  return Done{};
}

// Of a global index: up to four attributes of each kind.
Status check_multiple(const std::vector<KeySchemaElement>& schema) {
  if (schema.front().type != KeyType::kHash) {
    return validation_error(messages::first_key_not_hash());
  }
  const auto is_hash = [](const KeySchemaElement& element) {
    return element.type == KeyType::kHash;
  };
  if (!std::is_partitioned(schema.begin(), schema.end(), is_hash)) {
    return invalid(messages::hash_keys_first());
  }
  const std::ptrdiff_t hashes = std::count_if(schema.begin(), schema.end(), is_hash);
  if (hashes > kMaxKeysOfAKind) return invalid(messages::too_many_keys("HASH"));
  if (static_cast<std::ptrdiff_t>(schema.size()) - hashes > kMaxKeysOfAKind) {
    return invalid(messages::too_many_keys("RANGE"));
  }
  Names names = names_of(schema);
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
    return schema.size() == 2 ? validation_error(messages::same_key_twice())
                              : invalid(messages::repeated_key_attribute());
  }
  return Done{};
}

Status check_definitions_are_unique(const Names& definitions) {
  std::set<std::string_view> seen;
  for (const std::string_view name : definitions) {
    if (!seen.insert(name).second) return invalid(messages::duplicate_definition(name));
  }
  return Done{};
}

// Every definition is a key of something.
Status check_definitions_are_used(const CreateTableInput& input, const Names& definitions,
                                  bool has_indexes) {
  Names keys = names_of(input.key_schema);
  for (const auto* indexes : {&input.local_indexes, &input.global_indexes}) {
    for (const IndexInput& index : *indexes) {
      for (const KeySchemaElement& element : index.key_schema) keys.push_back(element.name);
    }
  }
  const bool used = std::all_of(definitions.begin(), definitions.end(),
                                [&](std::string_view name) { return contains(keys, name); });
  if (used) return Done{};
  if (!has_indexes) return invalid(messages::definitions_not_matched());
  return invalid(messages::definitions_not_used(definitions, as_java_set(keys)));
}

// ---------------------------------------------------------------- indexes

std::string_view projection_name(ProjectionType type) {
  if (type == ProjectionType::kAll) return "ALL";
  return type == ProjectionType::kKeysOnly ? "KEYS_ONLY" : "INCLUDE";
}

Status check_projection(const IndexInput& index) {
  if (!index.has_projection_type) return invalid(messages::unknown_projection());
  const IndexProjection& projection = index.projection;
  const std::vector<std::string>& attributes = projection.non_key_attributes;
  if (projection.type != ProjectionType::kInclude) {
    if (attributes.empty()) return Done{};
    return invalid(messages::projection_with_attributes(projection_name(projection.type)));
  }
  if (attributes.empty()) return invalid(messages::projection_without_attributes());
  std::set<std::string_view> seen;
  for (const std::string& attribute : attributes) {
    if (!seen.insert(attribute).second) {
      return invalid(messages::duplicate_projected_attribute(attribute));
    }
  }
  return Done{};
}

// Source: [doc] "Quotas": user-specified projected attributes over all indexes of a table; one that
// two indexes project counts twice.
constexpr std::size_t kMaxProjectedAttributes = 100;

Status check_projected_count(const CreateTableInput& input) {
  std::size_t count = 0;
  for (const auto* indexes : {&input.local_indexes, &input.global_indexes}) {
    for (const IndexInput& index : *indexes) count += index.projection.non_key_attributes.size();
  }
  if (count <= kMaxProjectedAttributes) return Done{};
  return invalid(messages::too_many_projected_attributes());
}

Status check_local_index(const IndexInput& index, const CreateTableInput& input,
                         const Names& definitions) {
  if (Status status = check_defined(index.key_schema, definitions); !status.ok()) return status;
  if (Status status = check_pair(index.key_schema); !status.ok()) return status;
  if (index.key_schema.size() < 2) return invalid(messages::local_index_without_range(index.name));
  const std::string& index_hash = index.key_schema.front().name;
  const std::string& table_hash = input.key_schema.front().name;
  if (index_hash != table_hash) {
    return invalid(messages::local_index_other_hash(index.name, index_hash, table_hash));
  }
  return check_projection(index);
}

Status check_global_index(const IndexInput& index, BillingMode mode, const Names& definitions) {
  if (Status status = check_defined(index.key_schema, definitions); !status.ok()) return status;
  if (Status status = check_multiple(index.key_schema); !status.ok()) return status;
  if (Status status = check_projection(index); !status.ok()) return status;
  return check_index_throughput(index, mode);
}

Status check_indexes(const CreateTableInput& input, const Names& definitions) {
  std::set<std::string_view> seen;
  if (!input.local_indexes.empty() && input.key_schema.size() < 2) {
    return invalid(messages::local_index_without_table_range());
  }
  for (const IndexInput& index : input.local_indexes) {
    if (Status status = check_local_index(index, input, definitions); !status.ok()) return status;
    if (!seen.insert(index.name).second) return invalid(messages::duplicate_index_name(index.name));
  }
  if (input.local_indexes.size() > kMaxLocalIndexes) {
    return invalid(messages::too_many_local_indexes());
  }
  for (const IndexInput& index : input.global_indexes) {
    Status status = check_global_index(index, input.billing_mode, definitions);
    if (!status.ok()) return status;
    if (!seen.insert(index.name).second) return invalid(messages::duplicate_index_name(index.name));
  }
  if (input.global_indexes.size() > kMaxGlobalIndexes) {
    return invalid(messages::too_many_global_indexes());
  }
  return check_projected_count(input);
}

Status check_stream(const std::optional<StreamInput>& stream, bool at_creation) {
  if (!stream) return Done{};
  if (stream->enabled && stream->view_type.empty()) {
    return invalid(messages::view_type_missing(at_creation));
  }
  if (!stream->enabled && !stream->view_type.empty()) {
    return invalid(messages::view_type_without_stream(at_creation));
  }
  return Done{};
}

Status check_encryption(const std::optional<SseInput>& sse) {
  if (!sse) return Done{};
  if (!sse->enabled) {
    if (!sse->type.empty()) return invalid(messages::encryption_without_encryption("SSEType"));
    if (sse->kms_key_id.empty()) return Done{};
    return invalid(messages::encryption_without_encryption("KMSMasterKeyId"));
  }
  if (!sse->type.empty() && sse->type != "KMS") {
    return invalid(messages::unsupported_encryption(sse->type));
  }
  if (sse->type.empty() && !sse->kms_key_id.empty()) return invalid(messages::key_without_kms());
  return Done{};
}

Status check_table_class(std::string_view table_class) {
  const bool known = table_class.empty() || table_class == "STANDARD" ||
                     table_class == "STANDARD_INFREQUENT_ACCESS";
  return known ? Status(Done{}) : validation_error(messages::invalid_table_class());
}

// whose: "table" or "index NAME".
Status check_new_warm(const std::optional<RequestUnits>& warm, BillingMode mode,
                      const std::optional<Throughput>& throughput, std::string_view whose) {
  if (!warm) return Done{};
  const bool on_demand = mode == BillingMode::kPayPerRequest;
  const auto check = [&](const std::optional<std::int64_t>& wanted, std::string_view name,
                         std::int64_t initial, std::int64_t provisioned) -> Status {
    if (!wanted || *wanted >= (on_demand ? initial : provisioned)) return Done{};
    return invalid(on_demand ? messages::warm_below_initial(name, whose)
                             : messages::warm_below_provisioned(name, whose));
  };
  const Throughput units = throughput.value_or(Throughput{});
  if (Status fits =
          check(warm->read, "ReadUnitsPerSecond", kInitialOnDemandReads, units.read_capacity_units);
      !fits.ok()) {
    return fits;
  }
  return check(warm->write, "WriteUnitsPerSecond", kInitialOnDemandWrites,
               units.write_capacity_units);
}

// ---------------------------------------------------------------- UpdateTable

bool changes_anything(const UpdateTableInput& input) {
  return input.throughput || input.billing_mode || input.stream || input.sse ||
         !input.global_index_updates.empty() || input.has_replica_updates ||
         input.deletion_protection || input.on_demand || input.warm || !input.table_class.empty();
}

// What may be changed at one time.
Status check_combination(const UpdateTableInput& input) {
  using Kind = GlobalIndexUpdate::Kind;
  const auto& updates = input.global_index_updates;
  const auto has = [&](Kind kind) {
    return std::any_of(updates.begin(), updates.end(),
                       [&](const GlobalIndexUpdate& update) { return update.kind == kind; });
  };
  const bool online = has(Kind::kCreate) || has(Kind::kDelete);
  const int operations = (input.throughput || input.billing_mode ? 1 : 0) + (input.stream ? 1 : 0) +
                         (input.sse ? 1 : 0) + (updates.empty() ? 0 : 1) +
                         (input.deletion_protection ? 1 : 0) + (input.table_class.empty() ? 0 : 1) +
                         (input.on_demand ? 1 : 0) + (input.warm ? 1 : 0);
  if (operations > 1 && input.sse) {
    return invalid(messages::only_operation("Server-Side Encryption modification"));
  }
  if (operations > 1 && !input.table_class.empty()) {
    return invalid(messages::only_operation("TableClass modification"));
  }
  if (operations > 1 && input.deletion_protection) {
    return invalid(messages::only_operation("DeletionProtection modification"));
  }
  if (input.warm) {
    if (has(Kind::kCreate)) return invalid(messages::index_with_warm_throughput());
    if (operations > 1 && (updates.empty() || operations > 2 || online)) {
      return invalid(messages::only_operation("WarmThroughput"));
    }
  }
  if (input.on_demand && (input.stream || online)) {
    return invalid(messages::on_demand_only_with_billing_mode());
  }
  if (input.throughput && input.stream) return invalid(messages::stream_with_units());
  if (input.throughput && online) return invalid(messages::index_with_units());
  if (input.stream && online) return invalid(messages::index_with_stream());
  return Done{};
}

// That its keys are defined takes the table: definitions may be there already.
Status check_index_update(const GlobalIndexUpdate& update) {
  const IndexInput& index = update.index;
  if (index.throughput) {
    if (Status status = check_bounds(*index.throughput, index.name); !status.ok()) return status;
  }
  if (update.kind != GlobalIndexUpdate::Kind::kCreate) return Done{};
  if (Status status = check_multiple(index.key_schema); !status.ok()) return status;
  return check_projection(index);
}

}  // namespace

Status check_create_table(const CreateTableInput& input, bool has_local_list,
                          bool has_global_list) {
  if (Status status = check_table_throughput(input); !status.ok()) return status;
  const Names definitions = names_of(input.attribute_definitions);
  if (Status status = check_definitions_are_unique(definitions); !status.ok()) return status;
  if (input.key_schema.size() > definitions.size()) {
    return validation_error(messages::key_without_definition());
  }
  if (Status status = check_defined(input.key_schema, definitions); !status.ok()) return status;
  if (Status status = check_pair(input.key_schema); !status.ok()) return status;
  if (has_local_list && input.local_indexes.empty()) {
    return invalid(messages::empty_index_list("LocalSecondaryIndexes"));
  }
  if (has_global_list && input.global_indexes.empty()) {
    return invalid(messages::empty_index_list("GlobalSecondaryIndexes"));
  }
  const bool has_indexes = has_local_list || has_global_list;
  if (Status status = check_definitions_are_used(input, definitions, has_indexes); !status.ok()) {
    return status;
  }
  if (Status status = check_indexes(input, definitions); !status.ok()) return status;
  if (Status status = check_stream(input.stream, true); !status.ok()) return status;
  if (Status status = check_encryption(input.sse); !status.ok()) return status;
  if (Status status = check_table_class(input.table_class); !status.ok()) return status;
  for (const IndexInput& index : input.global_indexes) {
    if (Status status =
            check_new_warm(index.warm, input.billing_mode, index.throughput, "index " + index.name);
        !status.ok()) {
      return status;
    }
  }
  return check_new_warm(input.warm, input.billing_mode, input.throughput, "table");
}

Status check_update_table(const UpdateTableInput& input) {
  if (!changes_anything(input)) return validation_error(messages::nothing_to_update());
  if (input.billing_mode == BillingMode::kProvisioned && !input.throughput) {
    return invalid(messages::throughput_missing_for_provisioned());
  }
  if (input.billing_mode == BillingMode::kPayPerRequest && input.throughput) {
    return invalid(messages::throughput_with_pay_per_request());
  }
  if (input.throughput) {
    if (Status status = check_bounds(*input.throughput, {}); !status.ok()) return status;
  }
  if (Status fits = check_on_demand(input.on_demand, BillingMode::kPayPerRequest, {}); !fits.ok()) {
    return fits;
  }
  Status status = check_definitions_are_unique(names_of(input.attribute_definitions));
  if (!status.ok()) return status;
  std::set<std::string_view> seen;
  for (const GlobalIndexUpdate& update : input.global_index_updates) {
    if (!seen.insert(update.index.name).second) {
      return invalid(messages::one_update_per_index(update.index.name));
    }
    status = check_index_update(update);
    if (!status.ok()) return status;
  }
  if (status = check_combination(input); !status.ok()) return status;
  if (status = check_encryption(input.sse); !status.ok()) return status;
  if (status = check_table_class(input.table_class); !status.ok()) return status;
  return check_stream(input.stream, false);
}

}  // namespace dynadeck::engine
