#include "engine/wire/item_reader.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "engine/messages/prefixes.h"
#include "engine/messages/values.h"
#include "engine/values/base64.h"
#include "engine/values/decimal.h"
#include "engine/values/value_type.h"
#include "engine/values/value_writer.h"

namespace dynadeck::engine {
namespace {

// The order in which DynamoDB looks at the members of an AttributeValue, when it has several.
constexpr std::array kTypesInOrder = {
    Type::kString,    Type::kBinary,    Type::kNumber,    Type::kBool, Type::kNull,
    Type::kBinarySet, Type::kNumberSet, Type::kStringSet, Type::kList, Type::kMap};

ApiError invalid_parameter(std::string_view why) {
  return validation_error(messages::invalid_parameter(why));
}

// Whether maps and lists are nested deeper than DynamoDB has it. `level` is the value's own.
bool nests_too_deep(const JsonValue& value, std::size_t level) {
  if (level > kMaxNesting) return true;
  for (const JsonMember& type : value.members()) {
    if (type.name == "M") {
      for (const JsonMember& member : type.value.members()) {
        if (nests_too_deep(member.value, level + 1)) return true;
      }
    } else if (type.name == "L") {
      for (const JsonValue& element : type.value.elements()) {
        if (nests_too_deep(element, level + 1)) return true;
      }
    }
  }
  return false;
}

class ValueReader {
 public:
  ValueReader(ValueWording wording, std::string& out) : wording_(wording), out_(out) {}

  Status value(const JsonValue& json) {
    const JsonMember* only = nullptr;
    for (const JsonMember& member : json.members()) {
      if (member.value.is_null() || !type_from_name(member.name)) continue;
      if (only != nullptr) return several_types(json);
      only = &member;
    }
    if (only == nullptr) return validation_error(messages::empty_attribute_value());
    return typed(*type_from_name(only->name), only->value);
  }

  Status members(const JsonValue& json) {
    std::vector<const JsonMember*> sorted;
    sorted.reserve(json.members().size());
    for (const JsonMember& member : json.members()) {
      if (!member.value.is_null()) sorted.push_back(&member);
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const JsonMember* a, const JsonMember* b) { return a->name < b->name; });
    ContainerWriter map(out_, Type::kMap);
    for (const JsonMember* member : sorted) {
      if (Status status = check_attribute_name(member->name); !status.ok()) return status;
      append_name(out_, member->name);
      if (Status status = value(member->value); !status.ok()) return status;
    }
    map.finish();
    return Done{};
  }

 private:
  Status typed(Type type, const JsonValue& json) {
    switch (type) {
      case Type::kString:
        append_scalar(out_, type, json.text());
        return Done{};
      case Type::kBinary:
        return binary(json.text());
      case Type::kNumber:
        return number(json.text());
      case Type::kBool:
        append_bool(out_, is_true(json));
        return Done{};
      case Type::kNull:
        if (!is_true(json)) return invalid_parameter(messages::null_must_be_true());
        append_null(out_);
        return Done{};
      case Type::kMap:
        return members(json);
      case Type::kList:
        return list(json);
      case Type::kStringSet:
      case Type::kNumberSet:
      case Type::kBinarySet:
        break;
    }
    return set(type, json);
  }

  // The first thing wrong with any of them comes before there being several.
  Status several_types(const JsonValue& json) {
    for (const Type type : kTypesInOrder) {
      const JsonValue* of_type = json.find(type_name(type));
      if (of_type == nullptr) continue;
      if (Status status = typed(type, *of_type); !status.ok()) return status;
    }
    return validation_error(messages::several_attribute_values());
  }

  // As text too: "true", "yes" and "1" pass for true.
  static bool is_true(const JsonValue& json) {
    if (!json.is_string()) return json.boolean();
    const std::string_view text = json.text();
    return !text.empty() && std::string_view("tTyY1").find(text.front()) != std::string_view::npos;
  }

  Status binary(std::string_view text) {
    scratch_.clear();
    append_decoded_base64(scratch_, text);
    append_scalar(out_, Type::kBinary, scratch_);
    return Done{};
  }

  Result<Decimal> parse(std::string_view text) const {
    if (wording_ == ValueWording::kOlder) {
      if (text.empty()) return validation_error(messages::not_a_number_at_all());
      return Decimal::parse(text, Decimal::Exponents::kJava);
    }
    return Decimal::parse(text);
  }

  Status number(std::string_view text) {
    const Result<Decimal> decimal = parse(text);
    if (!decimal.ok()) return decimal.error();
    append_scalar(out_, Type::kNumber, decimal->encoded());
    return Done{};
  }

  Status list(const JsonValue& json) {
    ContainerWriter list(out_, Type::kList);
    for (const JsonValue& element : json.elements()) {
      if (Status status = value(element); !status.ok()) return status;
    }
    list.finish();
    return Done{};
  }

  Result<std::string> payload(Type set_type, std::string_view text) const {
    if (set_type == Type::kStringSet) return std::string(text);
    if (set_type == Type::kBinarySet) {
      std::string bytes;
      append_decoded_base64(bytes, text);
      return bytes;
    }
    const Result<Decimal> decimal = parse(text);
    if (!decimal.ok()) return decimal.error();
    return std::string(decimal->encoded());
  }

  Status set(Type type, const JsonValue& json) {
    if (json.elements().empty()) return invalid_parameter(messages::empty_set(type_name(type)));
    std::vector<std::string> payloads;
    payloads.reserve(json.elements().size());
    for (const JsonValue& element : json.elements()) {
      Result<std::string> next = payload(type, element.text());
      if (!next.ok()) return next.error();
      payloads.push_back(std::move(next).value());
    }
    std::vector<std::string_view> sorted(payloads.begin(), payloads.end());
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
      return duplicates(type, json, payloads);
    }
    ContainerWriter set(out_, type);
    for (const std::string_view member : sorted) append_scalar(out_, member_type(type), member);
    set.finish();
    return Done{};
  }

  Status duplicates(Type type, const JsonValue& json,
                    const std::vector<std::string>& payloads) const {
    if (type == Type::kNumberSet) {
      return wording_ == ValueWording::kOlder
                 ? validation_error(messages::duplicate_numbers_older())
                 : invalid_parameter(messages::duplicate_numbers());
    }
    const bool is_binary = type == Type::kBinarySet;
    const bool quoted = wording_ == ValueWording::kCurrent;
    const std::vector<std::string_view> members =
        quoted ? up_to_the_repeat(json, payloads) : as_sent(json);
    return invalid_parameter(messages::duplicate_members(members, is_binary, quoted));
  }

  static std::vector<std::string_view> as_sent(const JsonValue& json) {
    std::vector<std::string_view> members;
    for (const JsonValue& element : json.elements()) members.push_back(element.text());
    return members;
  }

  // Today's layer lists members in byte order up to the first repeat, then the repeat and what
  // follows as sent.
  static std::vector<std::string_view> up_to_the_repeat(const JsonValue& json,
                                                        const std::vector<std::string>& payloads) {
    std::vector<std::size_t> order;
    std::size_t repeat = 0;
    for (; repeat < payloads.size(); ++repeat) {
      const auto place =
          std::lower_bound(order.begin(), order.end(), repeat,
                           [&](std::size_t a, std::size_t b) { return payloads[a] < payloads[b]; });
      if (place != order.end() && payloads[*place] == payloads[repeat]) break;
      order.insert(place, repeat);
    }
    for (; repeat < payloads.size(); ++repeat) order.push_back(repeat);
    std::vector<std::string_view> members;
    for (const std::size_t index : order) members.push_back(json.elements()[index].text());
    return members;
  }

  ValueWording wording_;
  std::string& out_;
  std::string scratch_;
};

}  // namespace

Status append_value(const JsonValue& value, ValueWording wording, std::string& out) {
  if (nests_too_deep(value, 1)) return validation_error(messages::nested_too_deep());
  return ValueReader(wording, out).value(value);
}

Result<std::string> read_item(const JsonValue& attributes, ValueWording wording) {
  for (const JsonMember& attribute : attributes.members()) {
    if (Status status = check_attribute_name(attribute.name); !status.ok()) return status.error();
  }
  for (const JsonMember& attribute : attributes.members()) {
    if (nests_too_deep(attribute.value, 1)) return validation_error(messages::nested_too_deep());
  }
  std::string item;
  if (Status status = ValueReader(wording, item).members(attributes); !status.ok()) {
    return status.error();
  }
  return item;
}

Status check_attribute_name(std::string_view name) {
  if (name.empty()) return validation_error(messages::empty_attribute_name());
  if (name.size() > 65535) return validation_error(messages::attribute_name_too_large());
  return Done{};
}

}  // namespace dynadeck::engine
