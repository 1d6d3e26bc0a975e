#include "engine/inputs/tags.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "engine/inputs/members.h"
#include "engine/messages/prefixes.h"
#include "engine/messages/schema.h"
#include "engine/wire/table_shapes.h"

namespace dynadeck::engine {
namespace {

constexpr std::size_t kMaxTags = 50;

// In any case of letters.
bool is_reserved_tag(std::string_view key) {
  constexpr std::string_view kPrefix = "aws:";
  return key.size() >= kPrefix.size() &&
         std::equal(kPrefix.begin(), kPrefix.end(), key.begin(),
                    [](char wanted, char given) { return wanted == (given | 0x20); });
}

// What stands after the account; nothing where the ARN is not DynamoDB's.
std::optional<std::string_view> dynamodb_resource(std::string_view arn) {
  std::size_t position = 0;
  for (int part = 0; part < 5; ++part) {
    const std::size_t colon = arn.find(':', position);
    if (colon == std::string_view::npos) return std::nullopt;
    if (part == 2 && arn.substr(position, colon - position) != "dynamodb") return std::nullopt;
    position = colon + 1;
  }
  return arn.substr(position);
}

// Source: [seen] the catalogue named in messages/schema.h; ARNs of other services, ExtendDB's issue
// 227, compared with the service in 2026.
Result<std::string> read_arn(const JsonValue& body, std::string_view operation) {
  const auto arn = text_member(body, "ResourceArn");
  if (!arn) return validation_error(messages::arn_missing());
  const auto invalid = [](const std::string& why) {
    return validation_error(messages::invalid_parameter(why));
  };
  if (!arn->starts_with("arn:")) return invalid(messages::arn_without_prefix(*arn));
  const std::optional<std::string_view> resource = dynamodb_resource(*arn);
  if (!resource) {
    constexpr std::string_view kAccount = "000000000000";
    return ApiError{
        "AccessDeniedException", messages::not_authorized(kAccount, operation, *arn), {}};
  }
  if (!resource->starts_with("table/") || resource->find("/backup/") != std::string_view::npos) {
    return invalid(messages::arn_of_something_else(*arn));
  }
  if (resource->find("/index/") != std::string_view::npos) {
    return invalid(messages::arn_of_an_index(*arn));
  }
  return std::string(*arn);
}

}  // namespace

Result<std::vector<Tag>> read_tags(const JsonValue* list) {
  std::vector<Tag> tags;
  if (list == nullptr) return tags;
  std::set<std::string_view> seen;
  for (const JsonValue& element : list->elements()) {
    const std::string_view key = *text_member(element, "Key");
    if (is_reserved_tag(key)) return validation_error(messages::reserved_tag(key));
    if (!seen.insert(key).second) return validation_error(messages::duplicate_tag(key));
    tags.push_back({std::string(key), string_member(element, "Value")});
  }
  if (tags.size() > kMaxTags) return validation_error(messages::too_many_tags());
  return tags;
}

Result<TagResourceInput> read_tag_resource(const JsonValue& body) {
  if (Status status = check_types(shapes::kTagResource, body); !status.ok()) return status.error();
  Result<std::string> arn = read_arn(body, "TagResource");
  if (!arn.ok()) return arn.error();
  if (Status status = check_constraints(shapes::kTagResource, body); !status.ok()) {
    return status.error();
  }
  if (body.find("Tags")->count() == 0) return validation_error(messages::no_tags());
  Result<std::vector<Tag>> tags = read_tags(body.find("Tags"));
  if (!tags.ok()) return tags.error();
  return TagResourceInput{std::move(arn).value(), std::move(tags).value()};
}

Result<UntagResourceInput> read_untag_resource(const JsonValue& body) {
  if (Status status = check_types(shapes::kUntagResource, body); !status.ok()) {
    return status.error();
  }
  Result<std::string> arn = read_arn(body, "UntagResource");
  if (!arn.ok()) return arn.error();
  if (Status status = check_constraints(shapes::kUntagResource, body); !status.ok()) {
    return status.error();
  }
  UntagResourceInput input{std::move(arn).value(), {}};
  for (const JsonValue& key : body.find("TagKeys")->elements()) {
    if (is_reserved_tag(key.text())) return validation_error(messages::reserved_tag(key.text()));
    input.tag_keys.emplace_back(key.text());
  }
  if (input.tag_keys.empty()) return validation_error(messages::no_tag_keys());
  return input;
}

Result<ListTagsOfResourceInput> read_list_tags_of_resource(const JsonValue& body) {
  if (Status status = check_request(shapes::kListTagsOfResource, body); !status.ok()) {
    return status.error();
  }
  Result<std::string> arn = read_arn(body, "ListTagsOfResource");
  if (!arn.ok()) return arn.error();
  ListTagsOfResourceInput input{std::move(arn).value(), std::nullopt};
  if (const auto token = text_member(body, "NextToken")) input.next_token = *token;
  return input;
}

}  // namespace dynadeck::engine
