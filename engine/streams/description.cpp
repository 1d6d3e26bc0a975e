#include "engine/streams/description.h"

#include <string_view>
#include <vector>

#include "engine/streams/sequence_number.h"
#include "engine/tables/description.h"
#include "engine/values/json_text.h"

namespace dynadeck::engine {
namespace {

void append_keys(std::string& out, const std::vector<KeyAttribute>& attributes,
                 std::string_view type) {
  for (const KeyAttribute& attribute : attributes) {
    if (out.back() != '[') out.push_back(',');
    out.append("{\"AttributeName\":");
    append_json_text(out, attribute.name);
    out.append(",\"KeyType\":\"").append(type).append("\"}");
  }
}

}  // namespace

void append_shard(std::string& out, const StreamDefinition& stream, const Shard& shard) {
  out.append("{\"ShardId\":");
  append_json_text(out, shard.id);
  out.append(",\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"");
  append_sequence_number(out, shard.first_sequence);
  if (!shard.open()) {
    out.append("\",\"EndingSequenceNumber\":\"");
    append_sequence_number(out, shard.last_sequence);
  }
  out.append("\"}");
  // A parent that is gone is no longer named, as nobody can read it.
  if (const Shard* parent = stream.find_shard(shard.parent); parent != nullptr) {
    out.append(",\"ParentShardId\":");
    append_json_text(out, parent->id);
  }
  out.push_back('}');
}

void append_description_start(std::string& out, const StreamDefinition& stream) {
  out.append("{\"CreationRequestDateTime\":");
  append_time(out, stream.created);
  out.append(",\"KeySchema\":[");
  append_keys(out, stream.keys.partition, "HASH");
  append_keys(out, stream.keys.sort, "RANGE");
  out.push_back(']');
}

void append_description_end(std::string& out, const StreamDefinition& stream) {
  out.append(",\"StreamArn\":");
  append_json_text(out, stream.arn());
  out.append(",\"StreamLabel\":");
  append_json_text(out, stream.label);
  out.append(",\"StreamStatus\":\"").append(stream.disabled ? "DISABLED" : "ENABLED");
  out.append("\",\"StreamViewType\":\"").append(wire_name(stream.view));
  out.append("\",\"TableName\":");
  append_json_text(out, stream.table_name);
  out.push_back('}');
}

}  // namespace dynadeck::engine
