#include "engine/inputs/tables.h"
#include "engine/messages/prefixes.h"
#include "engine/messages/schema.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/operations/tables/settings.h"
#include "engine/tables/description.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

// The reader has made sure that every key attribute is defined.
KeySchema keys_of(const std::vector<KeySchemaElement>& elements,
                  const std::vector<AttributeDefinition>& definitions) {
  KeySchema keys;
  for (const KeySchemaElement& element : elements) {
    for (const AttributeDefinition& definition : definitions) {
      if (definition.name != element.name) continue;
      auto& part = element.type == KeyType::kHash ? keys.partition : keys.sort;
      part.push_back({element.name, definition.type});
      break;
    }
  }
  return keys;
}

TableDefinition definition_of(Core& core, const Request& request, const CreateTableInput& input,
                              const TableKey& key) {
  const Clock::WallTime now = core.clock.now();
  TableDefinition table;
  table.id = core.catalog->next_id();
  table.uuid = core.random.uuid();
  table.scope = core.options.shared_db ? request.scope : Scope{key.account, key.region};
  table.name = key.name;
  table.created = now;
  table.state = {TableStatus::kCreating, now + core.options.status_delay};
  for (const AttributeDefinition& attribute : input.attribute_definitions) {
    table.attribute_definitions.push_back({attribute.name, attribute.type});
  }
  table.keys = keys_of(input.key_schema, input.attribute_definitions);
  for (const IndexInput& index : input.local_indexes) {
    table.indexes.push_back(
        make_index(core, IndexKind::kLocal, index, input.attribute_definitions, table.state));
  }
  for (const IndexInput& index : input.global_indexes) {
    table.indexes.push_back(
        make_index(core, IndexKind::kGlobal, index, input.attribute_definitions, table.state));
  }
  table.billing = input.billing_mode;
  if (table.billing == BillingMode::kPayPerRequest) {
    table.was_on_demand = true;
    table.on_demand_since = now;
  }
  table.throughput = make_throughput(input.throughput);
  table.on_demand = make_on_demand(input.on_demand);
  table.warm = make_warm(input.warm);
  table.deletion_protection = input.deletion_protection;
  table.table_class = input.table_class;
  if (input.sse && input.sse->enabled) {
    table.encryption = make_encryption(core, table, input.sse->kms_key_id);
  }
  for (const Tag& tag : input.tags) table.tags.insert_or_assign(tag.key, tag.value);
  if (input.stream && input.stream->enabled) enable_stream(core, table, input.stream->view_type);
  return table;
}

}  // namespace

Index make_index(Core& core, IndexKind kind, const IndexInput& input,
                 const std::vector<AttributeDefinition>& attributes, const Transition& state) {
  Index index;
  index.id = core.catalog->next_id();
  index.kind = kind;
  index.name = input.name;
  index.keys = keys_of(input.key_schema, attributes);
  index.projection = input.projection;
  index.state = state;
  index.throughput = make_throughput(input.throughput);
  index.on_demand = make_on_demand(input.on_demand);
  index.warm = make_warm(input.warm);
  return index;
}

ProvisionedThroughput make_throughput(const std::optional<Throughput>& input) {
  ProvisionedThroughput throughput;
  if (input) {
    throughput.read_units = input->read_capacity_units;
    throughput.write_units = input->write_capacity_units;
  }
  return throughput;
}

std::optional<OnDemandThroughput> make_on_demand(const std::optional<RequestUnits>& input) {
  if (!input) return std::nullopt;
  return OnDemandThroughput{input->read, input->write};
}

void change_on_demand(const RequestUnits& input, std::optional<OnDemandThroughput>& units) {
  if (!units) units.emplace();
  if (input.read) units->max_read_units = input.read;
  if (input.write) units->max_write_units = input.write;
}

Status check_more_warm(const RequestUnits& wanted, const WarmThroughput& current,
                       std::string_view whose) {
  const auto refused = [&](std::string_view name) {
    return validation_error(messages::invalid_parameter(messages::warm_below_current(name, whose)));
  };
  if (wanted.read && *wanted.read < *current.read_units) return refused("ReadUnitsPerSecond");
  if (wanted.write && *wanted.write < *current.write_units) return refused("WriteUnitsPerSecond");
  return Done{};
}

void change_warm(const RequestUnits& input, std::optional<WarmThroughput>& units) {
  if (!units) units.emplace();
  if (input.read) units->read_units = input.read;
  if (input.write) units->write_units = input.write;
}

std::optional<WarmThroughput> make_warm(const std::optional<RequestUnits>& input) {
  if (!input) return std::nullopt;
  return WarmThroughput{input->read, input->write};
}

// [chosen] There is no KMS here: the account's managed key has a made-up id.
EncryptionSettings make_encryption(Core& core, const TableDefinition& table,
                                   const std::string& key_id) {
  if (key_id.rfind("arn:", 0) == 0) return {key_id};
  const std::string id = key_id.empty() ? core.random.uuid() : key_id;
  return {"arn:aws:kms:" + table.scope.region + ":" + table.scope.account + ":key/" + id};
}

void enable_stream(Core& core, TableDefinition& table, std::string_view view_type) {
  table.stream.enabled = true;
  for (const StreamViewType view : {StreamViewType::kKeysOnly, StreamViewType::kNewImage,
                                    StreamViewType::kOldImage, StreamViewType::kNewAndOldImages}) {
    if (wire_name(view) == view_type) table.stream.view = view;
  }
  table.stream.label = core.streams->new_label(table);
  table.stream.id = core.catalog->next_id();
}

Result<std::string> create_table(Core& core, const Request& request, const JsonValue& body) {
  const Result<CreateTableInput> input = read_create_table(body);
  if (!input.ok()) return input.error();
  const TableKey key = table_key(core, request.scope, input->table_name);

  const auto control = core.catalog->control_lock();
  if (find_settled_table(core, key) != nullptr) {
    return ApiError{"ResourceInUseException", messages::table_exists(key.name), {}};
  }
  TableDefinition definition = definition_of(core, request, input.value(), key);
  const Clock::WallTime described_at = definition.created - std::chrono::microseconds(1);
  Batch batch(*core.store);
  const std::uint32_t stream_id = definition.stream.id;
  if (stream_id != 0) core.streams->create(definition, batch);
  if (const Status saved = core.catalog->save(key, std::move(definition), batch); !saved.ok()) {
    core.streams->forget(stream_id);
    return saved.error();
  }
  if (stream_id != 0) core.streams->introduce(stream_id, request.exchange);
  std::string out("{\"TableDescription\":");
  append_description(out, *core.catalog->view().find(key), described_at);
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
