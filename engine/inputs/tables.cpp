#include "engine/inputs/tables.h"

#include <utility>

#include "engine/inputs/members.h"
#include "engine/inputs/table_rules.h"
#include "engine/messages/prefixes.h"
#include "engine/messages/schema.h"
#include "engine/wire/table_shapes.h"

namespace dynadeck::engine {
namespace {

std::vector<AttributeDefinition> read_definitions(const JsonValue& body) {
  std::vector<AttributeDefinition> definitions;
  const JsonValue* list = body.find("AttributeDefinitions");
  if (list == nullptr) return definitions;
  for (const JsonValue& element : list->elements()) {
    definitions.push_back(
        {string_member(element, "AttributeName"),
         type_from_name(*text_member(element, "AttributeType")).value_or(Type::kString)});
  }
  return definitions;
}

std::vector<KeySchemaElement> read_key_schema(const JsonValue& body) {
  std::vector<KeySchemaElement> schema;
  const JsonValue* list = body.find("KeySchema");
  if (list == nullptr) return schema;
  for (const JsonValue& element : list->elements()) {
    const bool is_hash = text_member(element, "KeyType") == "HASH";
    schema.push_back(
        {string_member(element, "AttributeName"), is_hash ? KeyType::kHash : KeyType::kRange});
  }
  return schema;
}

std::optional<Throughput> read_throughput(const JsonValue& body) {
  const JsonValue* throughput = body.find("ProvisionedThroughput");
  if (throughput == nullptr) return std::nullopt;
  return Throughput{integer_member(*throughput, "ReadCapacityUnits").value_or(0),
                    integer_member(*throughput, "WriteCapacityUnits").value_or(0)};
}

std::optional<RequestUnits> read_on_demand(const JsonValue& body) {
  const JsonValue* units = body.find("OnDemandThroughput");
  if (units == nullptr) return std::nullopt;
  return RequestUnits{integer_member(*units, "MaxReadRequestUnits"),
                      integer_member(*units, "MaxWriteRequestUnits")};
}

std::optional<RequestUnits> read_warm(const JsonValue& body) {
  const JsonValue* units = body.find("WarmThroughput");
  if (units == nullptr) return std::nullopt;
  return RequestUnits{integer_member(*units, "ReadUnitsPerSecond"),
                      integer_member(*units, "WriteUnitsPerSecond")};
}

IndexProjection read_projection(const JsonValue& index) {
  IndexProjection projection;
  const JsonValue* json = index.find("Projection");
  if (json == nullptr) return projection;
  const auto type = text_member(*json, "ProjectionType");
  if (type == "KEYS_ONLY") projection.type = ProjectionType::kKeysOnly;
  if (type == "INCLUDE") projection.type = ProjectionType::kInclude;
  if (const JsonValue* attributes = json->find("NonKeyAttributes")) {
    for (const JsonValue& attribute : attributes->elements()) {
      projection.non_key_attributes.emplace_back(attribute.text());
    }
  }
  return projection;
}

IndexInput read_index(const JsonValue& json) {
  IndexInput index;
  index.name = string_member(json, "IndexName");
  index.key_schema = read_key_schema(json);
  index.projection = read_projection(json);
  if (const JsonValue* projection = json.find("Projection")) {
    index.has_projection_type = projection->find("ProjectionType") != nullptr;
  }
  index.throughput = read_throughput(json);
  index.on_demand = read_on_demand(json);
  index.warm = read_warm(json);
  return index;
}

std::vector<IndexInput> read_indexes(const JsonValue& body, std::string_view name) {
  std::vector<IndexInput> indexes;
  const JsonValue* list = body.find(name);
  if (list == nullptr) return indexes;
  for (const JsonValue& element : list->elements()) indexes.push_back(read_index(element));
  return indexes;
}

std::optional<StreamInput> read_stream(const JsonValue& body) {
  const JsonValue* stream = body.find("StreamSpecification");
  if (stream == nullptr) return std::nullopt;
  return StreamInput{flag_member(*stream, "StreamEnabled"),
                     string_member(*stream, "StreamViewType")};
}

std::optional<SseInput> read_sse(const JsonValue& body) {
  const JsonValue* sse = body.find("SSESpecification");
  if (sse == nullptr) return std::nullopt;
  return SseInput{flag_member(*sse, "Enabled"), string_member(*sse, "SSEType"),
                  string_member(*sse, "KMSMasterKeyId")};
}

std::optional<BillingMode> read_billing_mode(const JsonValue& body) {
  const auto text = text_member(body, "BillingMode");
  if (!text) return std::nullopt;
  return *text == "PAY_PER_REQUEST" ? BillingMode::kPayPerRequest : BillingMode::kProvisioned;
}

Result<std::vector<GlobalIndexUpdate>> read_index_updates(const JsonValue& body) {
  std::vector<GlobalIndexUpdate> updates;
  const JsonValue* list = body.find("GlobalSecondaryIndexUpdates");
  if (list == nullptr) return updates;
  if (list->count() == 0) {
    return validation_error(messages::invalid_parameter(messages::empty_index_updates()));
  }
  for (const JsonValue& element : list->elements()) {
    GlobalIndexUpdate update;
    int actions = 0;
    for (const char* name : {"Create", "Update", "Delete"}) {
      if (element.find(name) != nullptr) ++actions;
    }
    if (actions > 1) {
      return validation_error(messages::invalid_parameter(messages::one_action_per_index_update()));
    }
    const JsonValue* action = element.find("Create");
    if (action == nullptr) {
      update.kind = GlobalIndexUpdate::Kind::kUpdate;
      action = element.find("Update");
    }
    if (action == nullptr) {
      update.kind = GlobalIndexUpdate::Kind::kDelete;
      action = element.find("Delete");
    }
    if (action == nullptr) {
      return validation_error(messages::invalid_parameter(messages::no_index_action()));
    }
    update.index = read_index(*action);
    updates.push_back(std::move(update));
  }
  return updates;
}

Result<std::string> read_one_table(const Shape& shape, const JsonValue& body) {
  if (Status status = check_request(shape, body); !status.ok()) return status.error();
  return string_member(body, "TableName");
}

}  // namespace

Result<CreateTableInput> read_create_table(const JsonValue& body) {
  if (Status status = check_types(shapes::kCreateTable, body); !status.ok()) return status.error();
  if (!text_member(body, "TableName")) return validation_error(messages::table_name_missing());
  if (Status status = check_constraints(shapes::kCreateTable, body); !status.ok()) {
    return status.error();
  }
  CreateTableInput input;
  input.table_name = string_member(body, "TableName");
  input.attribute_definitions = read_definitions(body);
  input.key_schema = read_key_schema(body);
  input.local_indexes = read_indexes(body, "LocalSecondaryIndexes");
  input.global_indexes = read_indexes(body, "GlobalSecondaryIndexes");
  const std::optional<BillingMode> mode = read_billing_mode(body);
  input.has_billing_mode = mode.has_value();
  input.billing_mode = mode.value_or(BillingMode::kProvisioned);
  input.throughput = read_throughput(body);
  input.on_demand = read_on_demand(body);
  input.warm = read_warm(body);
  input.stream = read_stream(body);
  input.sse = read_sse(body);
  input.table_class = string_member(body, "TableClass");
  input.deletion_protection = flag_member(body, "DeletionProtectionEnabled");
  if (const auto policy = text_member(body, "ResourcePolicy")) input.resource_policy = *policy;
  Status status = check_create_table(input, body.find("LocalSecondaryIndexes") != nullptr,
                                     body.find("GlobalSecondaryIndexes") != nullptr);
  if (!status.ok()) return status.error();
  Result<std::vector<Tag>> tags = read_tags(body.find("Tags"));
  if (!tags.ok()) return tags.error();
  input.tags = std::move(tags).value();
  return input;
}

Result<UpdateTableInput> read_update_table(const JsonValue& body) {
  if (Status status = check_request(shapes::kUpdateTable, body); !status.ok()) {
    return status.error();
  }
  UpdateTableInput input;
  input.table_name = string_member(body, "TableName");
  input.attribute_definitions = read_definitions(body);
  input.billing_mode = read_billing_mode(body);
  input.throughput = read_throughput(body);
  input.on_demand = read_on_demand(body);
  input.warm = read_warm(body);
  input.stream = read_stream(body);
  input.sse = read_sse(body);
  input.table_class = string_member(body, "TableClass");
  input.has_replica_updates = body.find("ReplicaUpdates") != nullptr;
  if (body.find("DeletionProtectionEnabled") != nullptr) {
    input.deletion_protection = flag_member(body, "DeletionProtectionEnabled");
  }
  Result<std::vector<GlobalIndexUpdate>> updates = read_index_updates(body);
  if (!updates.ok()) return updates.error();
  input.global_index_updates = std::move(updates).value();
  if (Status status = check_update_table(input); !status.ok()) return status.error();
  return input;
}

Result<std::string> read_describe_table(const JsonValue& body) {
  return read_one_table(shapes::kDescribeTable, body);
}

Result<std::string> read_delete_table(const JsonValue& body) {
  return read_one_table(shapes::kDeleteTable, body);
}

Result<std::string> read_describe_time_to_live(const JsonValue& body) {
  return read_one_table(shapes::kDescribeTimeToLive, body);
}

Result<ListTablesInput> read_list_tables(const JsonValue& body) {
  if (Status status = check_request(shapes::kListTables, body); !status.ok()) {
    return status.error();
  }
  ListTablesInput input;
  if (const auto name = text_member(body, "ExclusiveStartTableName")) {
    input.exclusive_start_table_name = *name;
  }
  input.limit = integer_member(body, "Limit").value_or(100);
  return input;
}

Result<TimeToLiveInput> read_update_time_to_live(const JsonValue& body) {
  if (Status status = check_request(shapes::kUpdateTimeToLive, body); !status.ok()) {
    return status.error();
  }
  const JsonValue& specification = *body.find("TimeToLiveSpecification");
  return TimeToLiveInput{string_member(body, "TableName"), flag_member(specification, "Enabled"),
                         string_member(specification, "AttributeName")};
}

}  // namespace dynadeck::engine
