// TagResource, UntagResource, ListTagsOfResource.
#include "engine/inputs/tags.h"

#include "engine/messages/schema.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/operations/tables/settings.h"
#include "engine/upkeep/deletion.h"
#include "engine/values/json_text.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

// Source: [doc] "Quotas".
constexpr std::size_t kMaxTags = 50;
// [chosen] AWS does not say how many tags a page has.
constexpr std::size_t kTagsPerPage = 10;

ApiError not_found(std::string_view arn) {
  return {"ResourceNotFoundException", messages::tagged_resource_not_found(arn), {}};
}

// Changes the tags of the table with that ARN.
template <typename Edit>
Result<std::string> edit_tags(Core& core, const Request& request, const std::string& arn,
                              const Edit& edit) {
  const TableKey key = table_key(core, request.scope, arn);
  const auto control = core.catalog->control_lock();
  const Table* table = find_settled_table(core, key);
  if (table == nullptr) return not_found(arn);
  TableDefinition definition = table->definition;
  edit(definition.tags);
  if (definition.tags.size() > kMaxTags) return validation_error(messages::too_many_tags());
  Batch batch(*core.store);
  if (const Status saved = core.catalog->save(key, std::move(definition), batch); !saved.ok()) {
    return saved.error();
  }
  return std::string();  // Source: [peer] dynalite 4: an answer without a body
}

}  // namespace

Result<std::string> tag_resource(Core& core, const Request& request, const JsonValue& body) {
  const Result<TagResourceInput> input = read_tag_resource(body);
  if (!input.ok()) return input.error();
  return edit_tags(core, request, input->resource_arn, [&](auto& tags) {
    for (const Tag& tag : input->tags) tags.insert_or_assign(tag.key, tag.value);
  });
}

Result<std::string> untag_resource(Core& core, const Request& request, const JsonValue& body) {
  const Result<UntagResourceInput> input = read_untag_resource(body);
  if (!input.ok()) return input.error();
  return edit_tags(core, request, input->resource_arn, [&](auto& tags) {
    for (const std::string& key : input->tag_keys) tags.erase(key);
  });
}

// The next token is the key of the last tag shown.
Result<std::string> list_tags_of_resource(Core& core, const Request& request,
                                          const JsonValue& body) {
  const Result<ListTagsOfResourceInput> input = read_list_tags_of_resource(body);
  if (!input.ok()) return input.error();
  const Table* table =
      core.catalog->view().find(table_key(core, request.scope, input->resource_arn));
  if (table == nullptr || is_gone(table->definition, core.clock.now())) {
    return not_found(input->resource_arn);
  }
  const auto& tags = table->definition.tags;
  std::string out("{\"Tags\":[");
  std::size_t count = 0;
  std::string_view last;
  auto tag = input->next_token ? tags.upper_bound(*input->next_token) : tags.begin();
  for (; tag != tags.end() && count < kTagsPerPage; ++tag, ++count) {
    out.append(count > 0 ? ",{\"Key\":" : "{\"Key\":");
    append_json_text(out, tag->first);
    out.append(",\"Value\":");
    append_json_text(out, tag->second);
    out.push_back('}');
    last = tag->first;
  }
  out.push_back(']');
  if (tag != tags.end()) {
    out.append(",\"NextToken\":");
    append_json_text(out, last);
  }
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
