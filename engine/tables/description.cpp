#include "engine/tables/description.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "engine/values/json_text.h"

namespace dynadeck::engine {
namespace {

// Writes the members of one JSON object. *One thread.*
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_.push_back('{'); }
  void close() { out_.push_back('}'); }

  // Appends the name; the value is the caller's to append.
  std::string& name(std::string_view name) {
    if (!first_) out_.push_back(',');
    first_ = false;
    out_.push_back('"');
    out_.append(name).append("\":");
    return out_;
  }
  void text(std::string_view member, std::string_view value) {
    append_json_text(name(member), value);
  }
  void number(std::string_view member, std::int64_t value) {
    name(member).append(std::to_string(value));
  }
  void flag(std::string_view member, bool value) { name(member).append(value ? "true" : "false"); }
  void time(std::string_view member, const OptionalTime& value) {
    if (value) append_time(name(member), *value);
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_key_schema(std::string& out, const KeySchema& keys) {
  out.push_back('[');
  const auto append = [&](const std::vector<KeyAttribute>& attributes, std::string_view type) {
    for (const KeyAttribute& attribute : attributes) {
      if (out.back() != '[') out.push_back(',');
      Members members(out);
      members.text("AttributeName", attribute.name);
      members.text("KeyType", type);
      members.close();
    }
  };
  append(keys.partition, "HASH");
  append(keys.sort, "RANGE");
  out.push_back(']');
}

void append_attribute_definitions(std::string& out, const std::vector<KeyAttribute>& attributes) {
  out.push_back('[');
  for (const KeyAttribute& attribute : attributes) {
    if (out.back() != '[') out.push_back(',');
    Members members(out);
    members.text("AttributeName", attribute.name);
    members.text("AttributeType", type_name(attribute.type));
    members.close();
  }
  out.push_back(']');
}

void append_throughput(std::string& out, const ProvisionedThroughput& throughput) {
  Members members(out);
  members.time("LastDecreaseDateTime", throughput.last_decrease);
  members.time("LastIncreaseDateTime", throughput.last_increase);
  members.number("NumberOfDecreasesToday", throughput.decreases_today);
  members.number("ReadCapacityUnits", throughput.read_units);
  members.number("WriteCapacityUnits", throughput.write_units);
  members.close();
}

void append_on_demand(std::string& out, const OnDemandThroughput& throughput) {
  Members members(out);
  if (throughput.max_read_units) {
    members.number("MaxReadRequestUnits", *throughput.max_read_units);
  }
  if (throughput.max_write_units) {
    members.number("MaxWriteRequestUnits", *throughput.max_write_units);
  }
  members.close();
}

void append_warm(std::string& out, const WarmThroughput& warm, TableStatus status) {
  Members members(out);
  members.number("ReadUnitsPerSecond", *warm.read_units);
  members.text("Status", status == TableStatus::kActive ? "ACTIVE" : "UPDATING");
  members.number("WriteUnitsPerSecond", *warm.write_units);
  members.close();
}

void append_projection(std::string& out, const IndexProjection& projection) {
  Members members(out);
  if (!projection.non_key_attributes.empty()) {
    members.name("NonKeyAttributes").push_back('[');
    for (const std::string& name : projection.non_key_attributes) {
      if (out.back() != '[') out.push_back(',');
      append_json_text(out, name);
    }
    out.push_back(']');
  }
  members.text("ProjectionType", wire_name(projection.type));
  members.close();
}

// An index is made until it has the entries of all older items, however long that takes.
TableStatus status_of(const Index& index, Clock::WallTime at) {
  return index.backfilling ? TableStatus::kCreating : index.state.at(at);
}

void append_index(std::string& out, const Table& table, const Index& index, Clock::WallTime at) {
  const TableDefinition& definition = table.definition;
  const Counters& counters = *table.index_counters[table.position(index)];
  const bool is_global = index.kind == IndexKind::kGlobal;
  Members members(out);
  if (index.backfilling) members.flag("Backfilling", true);
  members.text("IndexArn", definition.index_arn(index));
  members.text("IndexName", index.name);
  members.number("IndexSizeBytes", counters.bytes);
  if (is_global) members.text("IndexStatus", wire_name(status_of(index, at)));
  members.number("ItemCount", counters.items);
  append_key_schema(members.name("KeySchema"), index.keys);
  if (index.on_demand) append_on_demand(members.name("OnDemandThroughput"), *index.on_demand);
  append_projection(members.name("Projection"), index.projection);
  if (is_global) {
    append_throughput(members.name("ProvisionedThroughput"), index.throughput);
    append_warm(members.name("WarmThroughput"),
                effective_warm(index.warm, definition.billing, index.throughput),
                status_of(index, at));
  }
  members.close();
}

void append_indexes(Members& members, std::string& out, std::string_view name, IndexKind kind,
                    const Table& table, Clock::WallTime at) {
  bool first = true;
  for (const Index& index : table.definition.indexes) {
    if (index.kind != kind) continue;
    if (first) {
      members.name(name).push_back('[');
    } else {
      out.push_back(',');
    }
    first = false;
    append_index(out, table, index, at);
  }
  if (!first) out.push_back(']');
}

void append_billing(Members& members, const TableDefinition& definition, TableStatus status) {
  if (definition.billing != BillingMode::kPayPerRequest && !definition.was_on_demand) return;
  Members summary(members.name("BillingModeSummary"));
  summary.text("BillingMode", wire_name(definition.billing));
  if (status != TableStatus::kCreating) {
    summary.time("LastUpdateToPayPerRequestDateTime", definition.on_demand_since);
  }
  summary.close();
}

void append_stream(Members& members, const TableDefinition& definition) {
  if (!definition.stream.enabled) return;
  Members specification(members.name("StreamSpecification"));
  specification.flag("StreamEnabled", true);
  specification.text("StreamViewType", wire_name(definition.stream.view));
  specification.close();
}

void append_encryption(Members& members, const TableDefinition& definition) {
  if (!definition.encryption) return;
  Members description(members.name("SSEDescription"));
  description.text("KMSMasterKeyArn", definition.encryption->key_arn);
  description.text("SSEType", "KMS");
  description.text("Status", "ENABLED");
  description.close();
}

std::string timestamp(Clock::WallTime time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%03d",
                static_cast<int>(milliseconds.time_since_epoch().count() % 1000));
  return text;
}

}  // namespace

void append_time(std::string& out, Clock::WallTime time) {
  const std::int64_t milliseconds =
      std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%03d", static_cast<long long>(milliseconds / 1000),
                static_cast<int>(milliseconds % 1000));
  out.append(text);
}

std::string stream_label(Clock::WallTime time) { return timestamp(time); }

void append_description(std::string& out, const Table& table, Clock::WallTime at) {
  const TableDefinition& definition = table.definition;
  const TableStatus status = definition.state.at(at);
  Members members(out);
  append_attribute_definitions(members.name("AttributeDefinitions"),
                               definition.attribute_definitions);
  append_billing(members, definition, status);
  members.time("CreationDateTime", definition.created);
  members.flag("DeletionProtectionEnabled", definition.deletion_protection);
  append_indexes(members, out, "GlobalSecondaryIndexes", IndexKind::kGlobal, table, at);
  members.number("ItemCount", table.counters->items);
  append_key_schema(members.name("KeySchema"), definition.keys);
  if (!definition.stream.label.empty()) {
    members.text("LatestStreamArn", definition.arn() + "/stream/" + definition.stream.label);
    members.text("LatestStreamLabel", definition.stream.label);
  }
  append_indexes(members, out, "LocalSecondaryIndexes", IndexKind::kLocal, table, at);
  if (definition.on_demand) {
    append_on_demand(members.name("OnDemandThroughput"), *definition.on_demand);
  }
  append_throughput(members.name("ProvisionedThroughput"), definition.throughput);
  append_encryption(members, definition);
  append_stream(members, definition);
  members.text("TableArn", definition.arn());
  if (!definition.table_class.empty()) {
    Members summary(members.name("TableClassSummary"));
    summary.text("TableClass", definition.table_class);
    summary.close();
  }
  members.text("TableId", definition.uuid);
  members.text("TableName", definition.name);
  members.number("TableSizeBytes", table.counters->bytes);
  members.text("TableStatus", wire_name(status));
  append_warm(members.name("WarmThroughput"),
              effective_warm(definition.warm, definition.billing, definition.throughput), status);
  members.close();
}

// Source: [doc] API reference, DeleteTable, the response of its example.
void append_deleted_description(std::string& out, const Table& table) {
  const TableDefinition& definition = table.definition;
  Members members(out);
  append_billing(members, definition, TableStatus::kDeleting);
  members.flag("DeletionProtectionEnabled", definition.deletion_protection);
  members.number("ItemCount", table.counters->items);
  append_throughput(members.name("ProvisionedThroughput"), definition.throughput);
  members.text("TableArn", definition.arn());
  members.text("TableId", definition.uuid);
  members.text("TableName", definition.name);
  members.number("TableSizeBytes", table.counters->bytes);
  members.text("TableStatus", wire_name(TableStatus::kDeleting));
  members.close();
}

}  // namespace dynadeck::engine
