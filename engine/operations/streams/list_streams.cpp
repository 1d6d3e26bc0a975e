#include "engine/inputs/streams.h"
#include "engine/messages/streams.h"
#include "engine/operations/operations.h"
#include "engine/operations/streams/find_stream.h"
#include "engine/streams/registry.h"
#include "engine/values/json_text.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

void append_summary(std::string& out, const StreamDefinition& stream, std::string_view arn) {
  out.append("{\"StreamArn\":");
  append_json_text(out, arn);
  out.append(",\"StreamLabel\":");
  append_json_text(out, stream.label);
  out.append(",\"TableName\":");
  append_json_text(out, stream.table_name);
  out.push_back('}');
}

}  // namespace

Result<std::string> list_streams(Core& core, const Request& request, const JsonValue& body) {
  const Result<ListStreamsInput> input = read_list_streams(body);
  if (!input.ok()) return input.error();
  if (!input->exclusive_start_stream_arn.empty() &&
      !is_stream_arn(input->exclusive_start_stream_arn)) {
    return validation_error(messages::invalid_stream_arn());
  }
  if (const Status done = core.streams->maintain(); !done.ok()) return done.error();

  const std::string table =
      input->table_name ? table_key(core, request.scope, *input->table_name).name : std::string();
  std::string out("{\"Streams\":[");
  std::string last;
  std::int64_t count = 0;
  bool more = false;
  for (const auto& stream : core.streams->list(input->exclusive_start_stream_arn)) {
    const auto definition = stream->view().definition;
    if (!core.options.shared_db && !(definition->scope == request.scope)) continue;
    if (!table.empty() && definition->table_name != table) continue;
    if (count == input->limit) {
      more = true;
      break;
    }
    if (count++ > 0) out.push_back(',');
    last = definition->arn();
    append_summary(out, *definition, last);
  }
  out.push_back(']');
  if (more) {
    out.append(",\"LastEvaluatedStreamArn\":");
    append_json_text(out, last);
  }
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
