// The first step of constraints.h: JSON types, with the texts of AWS's unmarshallers.
#include <strings.h>

#include <algorithm>
#include <array>
#include <string>

#include "engine/messages/requests.h"
#include "engine/values/base64.h"
#include "engine/wire/constraints.h"

namespace dynadeck::engine {
namespace {

ApiError serialization_error(std::string message) {
  return {"SerializationException", std::move(message), {}};
}

// Whether a value stands where a structure has a field, or in a list or map.
enum class Place : std::uint8_t { kField, kElement };

constexpr Shape kStringShape = {Shape::Kind::kString, "String"};
constexpr Shape kBlobShape = {Shape::Kind::kBlob, "Blob"};
constexpr Shape kBooleanShape = {Shape::Kind::kBoolean, "Boolean"};
constexpr Shape kStringsShape = {Shape::Kind::kList, "List", &kStringShape};
constexpr Shape kBlobsShape = {Shape::Kind::kList, "List", &kBlobShape};
extern const Shape kValueShape;
constexpr std::string_view kValueClass = "com.amazonaws.dynamodb.v20120810.AttributeValue";
constexpr Shape kValuesShape = {Shape::Kind::kList, "List", &kValueShape};
constexpr Shape kValueMapShape = {Shape::Kind::kMap, kValueClass, &kValueShape};

constexpr std::array kValueMembers = {
    ShapeMember{"S", &kStringShape, {}},     ShapeMember{"N", &kStringShape, {}},
    ShapeMember{"M", &kValueMapShape, {}},   ShapeMember{"L", &kValuesShape, {}},
    ShapeMember{"B", &kBlobShape, {}},       ShapeMember{"BOOL", &kBooleanShape, {}},
    ShapeMember{"NULL", &kBooleanShape, {}}, ShapeMember{"SS", &kStringsShape, {}},
    ShapeMember{"NS", &kStringsShape, {}},   ShapeMember{"BS", &kBlobsShape, {}},
};
const Shape kValueShape = {Shape::Kind::kAttributeValue, "AttributeValue", nullptr, kValueMembers};

// "NUMBER_VALUE", "TRUE_VALUE" and so on, as Jackson calls its tokens.
std::string_view token_name(const JsonValue& value) {
  switch (value.kind()) {
    case JsonValue::Kind::kFalse:
      return "FALSE_VALUE";
    case JsonValue::Kind::kTrue:
      return "TRUE_VALUE";
    case JsonValue::Kind::kNumber:
      return value.text().find_first_of(".eE") == std::string_view::npos ? "NUMBER_VALUE"
                                                                         : "DECIMAL_VALUE";
    default:
      return "STRING_VALUE";
  }
}

std::string_view java_class(Shape::Kind kind) {
  switch (kind) {
    case Shape::Kind::kBoolean:
      return "Boolean";
    case Shape::Kind::kInteger:
      return "Integer";
    case Shape::Kind::kLong:
      return "Long";
    case Shape::Kind::kDouble:
      return "Double";
    default:
      return "String";
  }
}

bool is_word(std::string_view text, std::string_view word) {
  return text.size() == word.size() && ::strncasecmp(text.data(), word.data(), word.size()) == 0;
}

Status check(const Shape& shape, const JsonValue& value, Place place);

Status check_scalar(const Shape& shape, const JsonValue& value) {
  const std::string_view name = java_class(shape.kind);
  if (value.is_list()) {
    return serialization_error(messages::unrecognized_collection("java.lang.", name));
  }
  if (value.is_object()) return serialization_error(messages::unexpected_structure());
  if (shape.kind == Shape::Kind::kString) {
    if (value.is_string()) return Done{};
  } else if (shape.kind != Shape::Kind::kBoolean) {
    if (value.is_number()) return Done{};
  } else {
    if (value.is_boolean()) return Done{};
    if (value.is_string()) {
      constexpr std::array<std::string_view, 6> kWords = {"true", "false", "1", "0", "yes", "no"};
      const bool known = std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
        return is_word(value.text(), word);
      });
      if (known) return Done{};
      return serialization_error(messages::unexpected_token());
    }
  }
  return serialization_error(messages::cannot_be_converted(token_name(value), name));
}

Status check_blob(const JsonValue& value) {
  if (value.is_list()) {
    return serialization_error(messages::unrecognized_collection("java.nio.", "ByteBuffer"));
  }
  if (value.is_object()) return serialization_error(messages::unexpected_structure());
  if (!value.is_string()) return serialization_error(messages::only_base64());
  if (value.text().size() % 4 != 0) {
    return serialization_error(messages::base64_length(value.text().size()));
  }
  if (!is_base64(value.text())) return serialization_error(messages::base64_character());
  return Done{};
}

// A scalar where a list or a map belongs.
ApiError not_a_collection(Place place) {
  return serialization_error(place == Place::kField ? messages::unexpected_field_type()
                                                    : messages::cannot_cast_collection());
}

Status check_list(const Shape& shape, const JsonValue& value, Place place) {
  if (value.is_object()) return serialization_error(messages::unexpected_structure());
  if (!value.is_list()) return not_a_collection(place);
  for (const JsonValue& element : value.elements()) {
    if (Status status = check(*shape.element, element, Place::kElement); !status.ok()) {
      return status;
    }
  }
  return Done{};
}

Status check_map(const Shape& shape, const JsonValue& value, Place place) {
  if (value.is_list()) return serialization_error(messages::unrecognized_map(shape.name));
  if (!value.is_object()) return not_a_collection(place);
  for (const JsonMember& member : value.members()) {
    if (Status status = check(*shape.element, member.value, Place::kElement); !status.ok()) {
      return status;
    }
  }
  return Done{};
}

Status check_structure(const Shape& shape, const JsonValue& value, Place place) {
  if (value.is_list()) {
    return serialization_error(
        messages::unrecognized_collection("com.amazonaws.dynamodb.v20120810.", shape.name));
  }
  if (!value.is_object()) {
    return serialization_error(place == Place::kField ? messages::unexpected_field_type()
                                                      : messages::unexpected_value_type());
  }
  for (const JsonMember& member : value.members()) {
    const auto known =
        std::find_if(shape.members.begin(), shape.members.end(),
                     [&](const ShapeMember& candidate) { return candidate.name == member.name; });
    if (known == shape.members.end()) continue;
    if (Status status = check(*known->shape, member.value, Place::kField); !status.ok()) {
      return status;
    }
  }
  return Done{};
}

Status check(const Shape& shape, const JsonValue& value, Place place) {
  if (value.is_null()) return Done{};
  switch (shape.kind) {
    case Shape::Kind::kBlob:
      return check_blob(value);
    case Shape::Kind::kList:
      return check_list(shape, value, place);
    case Shape::Kind::kMap:
      return check_map(shape, value, place);
    case Shape::Kind::kStructure:
      return check_structure(shape, value, place);
    case Shape::Kind::kAttributeValue:
      return check_structure(kValueShape, value, place);
    default:
      return check_scalar(shape, value);
  }
}

}  // namespace

Status check_types(const Shape& shape, const JsonValue& body) {
  return check(shape, body, Place::kElement);
}

}  // namespace dynadeck::engine
