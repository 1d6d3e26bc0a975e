#include "engine/inputs/streams.h"
#include "engine/messages/streams.h"
#include "engine/operations/operations.h"
#include "engine/operations/streams/find_stream.h"
#include "engine/streams/description.h"
#include "engine/values/json_text.h"

namespace dynadeck::engine {
namespace {

bool is_wanted(const DescribeStreamInput& input, const StreamDefinition& stream,
               const Shard& shard) {
  if (input.children_of.empty()) return true;
  const Shard* parent = stream.find_shard(shard.parent);
  return parent != nullptr && parent->id == input.children_of;
}

// Appends the Shards member, and LastEvaluatedShardId where there are more.
void append_shards(std::string& out, const DescribeStreamInput& input,
                   const StreamDefinition& stream) {
  const Shard* start = stream.find_shard(input.exclusive_start_shard_id);
  std::string_view last;
  std::int64_t count = 0;
  bool more = false;
  out.append(",\"Shards\":[");
  for (const Shard& shard : stream.shards) {
    // A start that is not there has nothing behind it. Source: [peer] DynamoDB Local 3.
    if (!input.exclusive_start_shard_id.empty() &&
        (start == nullptr || shard.number <= start->number)) {
      continue;
    }
    if (!is_wanted(input, stream, shard)) continue;
    if (count == input.limit) {
      more = true;
      break;
    }
    if (count++ > 0) out.push_back(',');
    append_shard(out, stream, shard);
    last = shard.id;
  }
  out.push_back(']');
  if (more) {
    out.append(",\"LastEvaluatedShardId\":");
    append_json_text(out, last);
  }
}

}  // namespace

bool is_stream_arn(std::string_view text) {
  return text.substr(0, 4) == "arn:" && text.find("/stream/") != std::string_view::npos;
}

Result<std::shared_ptr<Stream>> find_stream(Core& core, std::string_view arn) {
  if (!is_stream_arn(arn)) {
    return validation_error(messages::invalid_stream_arn());
  }
  std::shared_ptr<Stream> stream = core.streams->find(arn);
  const Clock::WallTime now = core.clock.now();
  if (stream == nullptr || stream->is_gone(now)) {
    return ApiError{"ResourceNotFoundException", messages::stream_not_found(arn), {}};
  }
  if (const Status done = stream->maintain(now); !done.ok()) return done.error();
  return stream;
}

ApiError no_such_shard() { return {"ResourceNotFoundException", messages::shard_not_found(), {}}; }

Result<std::string> describe_stream(Core& core, const Request&, const JsonValue& body) {
  const Result<DescribeStreamInput> input = read_describe_stream(body);
  if (!input.ok()) return input.error();
  const auto found = find_stream(core, input->stream_arn);
  if (!found.ok()) return found.error();
  const auto stream = found.value()->view().definition;

  std::string out("{\"StreamDescription\":");
  append_description_start(out, *stream);
  append_shards(out, input.value(), *stream);
  append_description_end(out, *stream);
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
