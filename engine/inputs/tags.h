// Tags of tables, and the requests of the operations on them; see inputs/items.h for what their
// readers check.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/messages/api_error.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

struct Tag {
  std::string key;
  std::string value;
};

struct TagResourceInput {
  std::string resource_arn;
  std::vector<Tag> tags;
};

struct UntagResourceInput {
  std::string resource_arn;
  std::vector<std::string> tag_keys;
};

struct ListTagsOfResourceInput {
  std::string resource_arn;
  std::optional<std::string> next_token;
};

// A request's list of tags; nullptr: it has none.
Result<std::vector<Tag>> read_tags(const JsonValue* list);

Result<TagResourceInput> read_tag_resource(const JsonValue& body);
Result<UntagResourceInput> read_untag_resource(const JsonValue& body);
Result<ListTagsOfResourceInput> read_list_tags_of_resource(const JsonValue& body);

}  // namespace dynadeck::engine
