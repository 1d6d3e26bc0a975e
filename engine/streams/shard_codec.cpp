// The stored form of a stream's definition: JSON, whose members readers may leave out.
#include <nlohmann/json.hpp>

#include "engine/streams/shard.h"

namespace dynadeck::engine {
namespace {

using Json = nlohmann::json;

Json time_json(const OptionalTime& time) {
  return time ? Json(time->time_since_epoch().count()) : Json();
}

OptionalTime time_from(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  return Clock::WallTime(std::chrono::microseconds(found->get<std::int64_t>()));
}

std::uint64_t number_from(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number_integer() ? found->get<std::uint64_t>() : 0;
}

std::string text_from(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json keys_json(const std::vector<KeyAttribute>& attributes) {
  Json json = Json::array();
  for (const KeyAttribute& attribute : attributes) {
    json.push_back({attribute.name, type_name(attribute.type)});
  }
  return json;
}

std::vector<KeyAttribute> keys_from(const Json& json, const char* name) {
  std::vector<KeyAttribute> attributes;
  const auto found = json.find(name);
  if (found == json.end()) return attributes;
  for (const Json& pair : *found) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
      continue;
    }
    const auto type = type_from_name(pair[1].get_ref<const std::string&>());
    attributes.push_back({pair[0].get<std::string>(), type.value_or(Type::kString)});
  }
  return attributes;
}

Json shard_json(const Shard& shard) {
  return {{"number", shard.number},
          {"id", shard.id},
          {"parent", shard.parent},
          {"hash_from", shard.hash_from},
          {"hash_to", shard.hash_to},
          {"first", shard.first_sequence},
          {"last", shard.last_sequence},
          {"opened", time_json(shard.opened)},
          {"closed", time_json(shard.closed)},
          {"trimmed_until", shard.trimmed_until}};
}

Shard shard_from(const Json& json) {
  Shard shard;
  shard.number = static_cast<std::uint32_t>(number_from(json, "number"));
  shard.id = text_from(json, "id");
  shard.parent = static_cast<std::uint32_t>(number_from(json, "parent"));
  shard.hash_from = number_from(json, "hash_from");
  shard.hash_to = number_from(json, "hash_to");
  shard.first_sequence = number_from(json, "first");
  shard.last_sequence = number_from(json, "last");
  shard.opened = time_from(json, "opened").value_or(Clock::WallTime());
  shard.closed = time_from(json, "closed");
  shard.trimmed_until = number_from(json, "trimmed_until");
  return shard;
}

StreamViewType view_from(const std::string& word) {
  for (const StreamViewType view : {StreamViewType::kKeysOnly, StreamViewType::kNewImage,
                                    StreamViewType::kOldImage, StreamViewType::kNewAndOldImages}) {
    if (wire_name(view) == word) return view;
  }
  return StreamViewType::kKeysOnly;
}

}  // namespace

std::string encode_stream(const StreamDefinition& stream) {
  Json shards = Json::array();
  for (const Shard& shard : stream.shards) shards.push_back(shard_json(shard));
  const Json json = {{"id", stream.id},
                     {"table_id", stream.table_id},
                     {"account", stream.scope.account},
                     {"region", stream.scope.region},
                     {"table_name", stream.table_name},
                     {"label", stream.label},
                     {"partition_key", keys_json(stream.keys.partition)},
                     {"sort_key", keys_json(stream.keys.sort)},
                     {"view", wire_name(stream.view)},
                     {"created", time_json(stream.created)},
                     {"disabled", time_json(stream.disabled)},
                     {"secret", stream.secret},
                     {"shards", std::move(shards)}};
  return json.dump();
}

std::optional<StreamDefinition> decode_stream(std::string_view bytes) {
  const Json json = Json::parse(bytes, nullptr, false);
  if (!json.is_object() || !json.contains("shards")) return std::nullopt;
  StreamDefinition stream;
  stream.id = static_cast<std::uint32_t>(number_from(json, "id"));
  stream.table_id = static_cast<std::uint32_t>(number_from(json, "table_id"));
  stream.scope = {text_from(json, "account"), text_from(json, "region")};
  stream.table_name = text_from(json, "table_name");
  stream.label = text_from(json, "label");
  stream.keys = {keys_from(json, "partition_key"), keys_from(json, "sort_key")};
  stream.view = view_from(text_from(json, "view"));
  stream.created = time_from(json, "created").value_or(Clock::WallTime());
  stream.disabled = time_from(json, "disabled");
  stream.secret = number_from(json, "secret");
  for (const Json& shard : json["shards"]) stream.shards.push_back(shard_from(shard));
  if (stream.id == 0 || stream.label.empty()) return std::nullopt;
  return stream;
}

}  // namespace dynadeck::engine
