#include "engine/tables/catalog_codec.h"

#include <array>
#include <nlohmann/json.hpp>

namespace dynadeck::engine {
namespace {

using Json = nlohmann::json;

// ---------------------------------------------------------------- words

template <typename Enum, std::size_t kCount>
Enum from_word(const Json& json, const std::array<Enum, kCount>& values, Enum otherwise) {
  if (!json.is_string()) return otherwise;
  const auto& word = json.get_ref<const std::string&>();
  for (const Enum value : values) {
    if (wire_name(value) == word) return value;
  }
  return otherwise;
}

constexpr std::array kBillingModes = {BillingMode::kProvisioned, BillingMode::kPayPerRequest};
constexpr std::array kStatuses = {TableStatus::kCreating, TableStatus::kUpdating,
                                  TableStatus::kDeleting, TableStatus::kActive};
constexpr std::array kProjections = {ProjectionType::kAll, ProjectionType::kKeysOnly,
                                     ProjectionType::kInclude};
constexpr std::array kViews = {StreamViewType::kKeysOnly, StreamViewType::kNewImage,
                               StreamViewType::kOldImage, StreamViewType::kNewAndOldImages};

// ---------------------------------------------------------------- pieces

Json time_json(const OptionalTime& time) {
  return time ? Json(time->time_since_epoch().count()) : Json();
}

OptionalTime time_from(const Json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  return Clock::WallTime(std::chrono::microseconds(json.get<std::int64_t>()));
}

Json number_json(const std::optional<std::int64_t>& number) {
  return number ? Json(*number) : Json();
}

std::optional<std::int64_t> number_from(const Json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  return json.get<std::int64_t>();
}

const Json& member(const Json& json, const char* name) {
  static const Json kNothing;
  const auto found = json.find(name);
  return found == json.end() ? kNothing : *found;
}

std::string text(const Json& json, const char* name) {
  const Json& value = member(json, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool flag(const Json& json, const char* name) {
  const Json& value = member(json, name);
  return value.is_boolean() && value.get<bool>();
}

std::uint32_t id_from(const Json& json, const char* name) {
  return static_cast<std::uint32_t>(number_from(member(json, name)).value_or(0));
}

Json attributes_json(const std::vector<KeyAttribute>& attributes) {
  Json json = Json::array();
  for (const KeyAttribute& attribute : attributes) {
    json.push_back({attribute.name, type_name(attribute.type)});
  }
  return json;
}

std::vector<KeyAttribute> attributes_from(const Json& json) {
  std::vector<KeyAttribute> attributes;
  for (const Json& pair : json) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
      continue;
    }
    const auto type = type_from_name(pair[1].get_ref<const std::string&>());
    attributes.push_back({pair[0].get<std::string>(), type.value_or(Type::kString)});
  }
  return attributes;
}

Json keys_json(const KeySchema& keys) {
  return {{"partition", attributes_json(keys.partition)}, {"sort", attributes_json(keys.sort)}};
}

KeySchema keys_from(const Json& json) {
  return {attributes_from(member(json, "partition")), attributes_from(member(json, "sort"))};
}

Json transition_json(const Transition& transition) {
  return {{"status", wire_name(transition.status)}, {"until", time_json(transition.until)}};
}

Transition transition_from(const Json& json) {
  return {from_word(member(json, "status"), kStatuses, TableStatus::kActive),
          time_from(member(json, "until"))};
}

Json throughput_json(const ProvisionedThroughput& throughput) {
  return {{"read", throughput.read_units},
          {"write", throughput.write_units},
          {"decreases_today", throughput.decreases_today},
          {"last_increase", time_json(throughput.last_increase)},
          {"last_decrease", time_json(throughput.last_decrease)}};
}

ProvisionedThroughput throughput_from(const Json& json) {
  return {number_from(member(json, "read")).value_or(0),
          number_from(member(json, "write")).value_or(0),
          number_from(member(json, "decreases_today")).value_or(0),
          time_from(member(json, "last_increase")), time_from(member(json, "last_decrease"))};
}

template <typename Units>
Json units_json(const std::optional<Units>& units) {
  if (!units) return Json();
  const auto& [read, write] = *units;
  return {{"read", number_json(read)}, {"write", number_json(write)}};
}

template <typename Units>
std::optional<Units> units_from(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  return Units{number_from(member(json, "read")), number_from(member(json, "write"))};
}

Json index_json(const Index& index) {
  return {{"id", index.id},
          {"global", index.kind == IndexKind::kGlobal},
          {"name", index.name},
          {"keys", keys_json(index.keys)},
          {"projection", wire_name(index.projection.type)},
          {"non_key_attributes", index.projection.non_key_attributes},
          {"state", transition_json(index.state)},
          {"backfilling", index.backfilling},
          {"throughput", throughput_json(index.throughput)},
          {"on_demand", units_json(index.on_demand)},
          {"warm", units_json(index.warm)}};
}

Index index_from(const Json& json) {
  Index index;
  index.id = id_from(json, "id");
  index.kind = flag(json, "global") ? IndexKind::kGlobal : IndexKind::kLocal;
  index.name = text(json, "name");
  index.keys = keys_from(member(json, "keys"));
  index.projection.type = from_word(member(json, "projection"), kProjections, ProjectionType::kAll);
  for (const Json& name : member(json, "non_key_attributes")) {
    if (name.is_string()) index.projection.non_key_attributes.push_back(name.get<std::string>());
  }
  index.state = transition_from(member(json, "state"));
  index.backfilling = flag(json, "backfilling");
  index.throughput = throughput_from(member(json, "throughput"));
  index.on_demand = units_from<OnDemandThroughput>(member(json, "on_demand"));
  index.warm = units_from<WarmThroughput>(member(json, "warm"));
  return index;
}

Json indexes_json(const std::vector<Index>& indexes) {
  Json json = Json::array();
  for (const Index& index : indexes) json.push_back(index_json(index));
  return json;
}

constexpr std::array kKinesisStatuses = {KinesisStatus::kEnabling, KinesisStatus::kActive,
                                         KinesisStatus::kDisabling, KinesisStatus::kDisabled,
                                         KinesisStatus::kUpdating};

Json kinesis_json(const std::vector<KinesisDestination>& destinations) {
  Json json = Json::array();
  for (const KinesisDestination& destination : destinations) {
    json.push_back({{"stream", destination.stream_arn},
                    {"precision", destination.precision},
                    {"status", wire_name(destination.status)},
                    {"settles", time_json(destination.settles)}});
  }
  return json;
}

KinesisDestination kinesis_from(const Json& json) {
  return {text(json, "stream"), text(json, "precision"),
          from_word(member(json, "status"), kKinesisStatuses, KinesisStatus::kDisabled),
          time_from(member(json, "settles"))};
}

}  // namespace

// ---------------------------------------------------------------- tables

std::string encode_definition(const TableDefinition& definition) {
  const Json json = {
      {"id", definition.id},
      {"uuid", definition.uuid},
      {"account", definition.scope.account},
      {"region", definition.scope.region},
      {"name", definition.name},
      {"created", time_json(definition.created)},
      {"state", transition_json(definition.state)},
      {"attribute_definitions", attributes_json(definition.attribute_definitions)},
      {"keys", keys_json(definition.keys)},
      {"indexes", indexes_json(definition.indexes)},
      {"billing", wire_name(definition.billing)},
      {"on_demand_since", time_json(definition.on_demand_since)},
      {"was_on_demand", definition.was_on_demand},
      {"throughput", throughput_json(definition.throughput)},
      {"on_demand", units_json(definition.on_demand)},
      {"warm", units_json(definition.warm)},
      {"deletion_protection", definition.deletion_protection},
      {"table_class", definition.table_class},
      {"encryption_key", definition.encryption ? Json(definition.encryption->key_arn) : Json()},
      {"tags", definition.tags},
      {"stream",
       {{"enabled", definition.stream.enabled},
        {"view", wire_name(definition.stream.view)},
        {"label", definition.stream.label},
        {"id", definition.stream.id}}},
      {"time_to_live",
       {{"enabled", definition.time_to_live.enabled},
        {"attribute", definition.time_to_live.attribute},
        {"indexing", definition.time_to_live.indexing},
        {"settles", time_json(definition.time_to_live.settles)}}},
      {"kinesis", kinesis_json(definition.kinesis)},
  };
  return json.dump();
}

std::optional<TableDefinition> decode_definition(std::string_view bytes) {
  const Json json = Json::parse(bytes, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  TableDefinition definition;
  definition.id = id_from(json, "id");
  definition.uuid = text(json, "uuid");
  definition.scope = {text(json, "account"), text(json, "region")};
  definition.name = text(json, "name");
  definition.created = time_from(member(json, "created")).value_or(Clock::WallTime());
  definition.state = transition_from(member(json, "state"));
  definition.attribute_definitions = attributes_from(member(json, "attribute_definitions"));
  definition.keys = keys_from(member(json, "keys"));
  for (const Json& index : member(json, "indexes")) {
    definition.indexes.push_back(index_from(index));
  }
  definition.billing = from_word(member(json, "billing"), kBillingModes, BillingMode::kProvisioned);
  definition.on_demand_since = time_from(member(json, "on_demand_since"));
  definition.was_on_demand = flag(json, "was_on_demand");
  definition.throughput = throughput_from(member(json, "throughput"));
  definition.on_demand = units_from<OnDemandThroughput>(member(json, "on_demand"));
  definition.warm = units_from<WarmThroughput>(member(json, "warm"));
  definition.deletion_protection = flag(json, "deletion_protection");
  definition.table_class = text(json, "table_class");
  if (member(json, "encryption_key").is_string()) {
    definition.encryption = EncryptionSettings{text(json, "encryption_key")};
  }
  for (const auto& [key, value] : member(json, "tags").items()) {
    if (value.is_string()) definition.tags.emplace(key, value.get<std::string>());
  }
  const Json& stream = member(json, "stream");
  definition.stream = {flag(stream, "enabled"),
                       from_word(member(stream, "view"), kViews, StreamViewType::kKeysOnly),
                       text(stream, "label"), id_from(stream, "id")};
  const Json& time_to_live = member(json, "time_to_live");
  definition.time_to_live = {flag(time_to_live, "enabled"), text(time_to_live, "attribute"),
                             flag(time_to_live, "indexing"),
                             time_from(member(time_to_live, "settles"))};
  for (const Json& destination : member(json, "kinesis")) {
    definition.kinesis.push_back(kinesis_from(destination));
  }
  if (definition.name.empty() || definition.id == 0 || definition.keys.partition.empty()) {
    return std::nullopt;
  }
  return definition;
}

}  // namespace dynadeck::engine
