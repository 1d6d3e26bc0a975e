#include "engine/expressions/placeholders.h"

#include <algorithm>

#include "engine/messages/expressions.h"
#include "engine/values/java_order.h"

namespace dynadeck::engine {
namespace {

constexpr std::size_t kMaxPlaceholderBytes = 255;
// Source: [doc] "Quotas": 2 MB for all substitution variables of an expression.
constexpr std::size_t kMaxMapBytes = 2 * 1024 * 1024;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_placeholder(std::string_view text, char mark) {
  return text.size() > 1 && text.front() == mark &&
         std::all_of(text.begin() + 1, text.end(), is_word);
}

}  // namespace

Result<Placeholders> Placeholders::read(const JsonValue* names, const JsonValue* values,
                                        ValueWording wording) {
  Placeholders result;
  if (names != nullptr) {
    if (Status status = result.read_names(*names); !status.ok()) return status.error();
  }
  if (values != nullptr) {
    if (Status status = result.read_values(*values, wording); !status.ok()) return status.error();
  }
  const auto by_placeholder = [](const Entry& left, const Entry& right) {
    return left.placeholder < right.placeholder;
  };
  std::sort(result.names_.begin(), result.names_.end(), by_placeholder);
  std::sort(result.values_.begin(), result.values_.end(), by_placeholder);
  return result;
}

Status Placeholders::read_names(const JsonValue& names) {
  constexpr std::string_view kMap = "ExpressionAttributeNames";
  if (names.count() == 0) return validation_error(messages::must_not_be_empty(kMap));
  names_.reserve(names.count());
  for (const JsonMember& member : names.members()) {
    if (member.name.size() > kMaxPlaceholderBytes) {
      return validation_error(messages::placeholder_too_long(kMap, member.name.size()));
    }
    if (!is_placeholder(member.name, '#')) {
      return validation_error(messages::malformed_placeholder(kMap, member.name));
    }
    if (member.value.is_null()) continue;
    if (Status status = check_attribute_name(member.value.text()); !status.ok()) {
      return validation_error(
          messages::invalid_placeholder_value(kMap, status.error().message, member.name));
    }
    names_.push_back({member.name, member.value.text()});
    bytes_ += member.name.size() + member.value.text().size();
  }
  if (bytes_ <= kMaxMapBytes) return Done{};
  return validation_error(messages::placeholders_too_large(kMap));
}

Status Placeholders::read_values(const JsonValue& values, ValueWording wording) {
  constexpr std::string_view kMap = "ExpressionAttributeValues";
  if (values.count() == 0) return validation_error(messages::must_not_be_empty(kMap));
  for (const JsonMember& member : values.members()) {
    if (member.name.size() > kMaxPlaceholderBytes) {
      return validation_error(messages::placeholder_too_long(kMap, member.name.size()));
    }
    if (!is_placeholder(member.name, ':')) {
      return validation_error(messages::malformed_placeholder(kMap, member.name));
    }
  }
  values_.reserve(values.count());
  std::size_t bytes = 0;
  for (const JsonMember& member : values.members()) {
    if (member.value.is_null()) continue;
    const std::size_t offset = encoded_.size();
    if (Status status = append_value(member.value, wording, encoded_); !status.ok()) {
      if (wording == ValueWording::kCurrent) return status;
      return validation_error(
          messages::invalid_placeholder_value(kMap, status.error().message, member.name));
    }
    values_.push_back({member.name, {}, offset, encoded_.size() - offset});
    bytes += member.name.size() + ValueView(std::string_view(encoded_).substr(offset)).size_bytes();
  }
  if (bytes > kMaxMapBytes) return validation_error(messages::placeholders_too_large(kMap));
  if (bytes_ + bytes <= kMaxMapBytes) return Done{};
  return validation_error(messages::placeholders_too_large(
      "Combined size of ExpressionAttributeNames and ExpressionAttributeValues"));
}

Placeholders::Entry* Placeholders::find(std::vector<Entry>& entries, std::string_view placeholder) {
  const auto place = std::lower_bound(
      entries.begin(), entries.end(), placeholder,
      [](const Entry& entry, std::string_view wanted) { return entry.placeholder < wanted; });
  return place != entries.end() && place->placeholder == placeholder ? &*place : nullptr;
}

std::optional<std::string_view> Placeholders::name(std::string_view placeholder) {
  Entry* entry = find(names_, placeholder);
  if (entry == nullptr) return std::nullopt;
  entry->used = true;
  return entry->name;
}

std::optional<ValueView> Placeholders::value(std::string_view placeholder) {
  Entry* entry = find(values_, placeholder);
  if (entry == nullptr) return std::nullopt;
  entry->used = true;
  return ValueView(std::string_view(encoded_).substr(entry->offset, entry->size));
}

void Placeholders::note_nested(const std::string& attribute) {
  if (std::find(nested_.begin(), nested_.end(), attribute) == nested_.end()) {
    nested_.push_back(attribute);
  }
}

std::vector<std::string_view> Placeholders::unused(const std::vector<Entry>& entries) {
  std::vector<std::string_view> placeholders;
  for (const Entry& entry : entries) {
    if (!entry.used) placeholders.push_back(entry.placeholder);
  }
  order_as_java(placeholders, entries.size());
  return placeholders;
}

Status Placeholders::check_all_used() const {
  if (const auto names = unused(names_); !names.empty()) {
    return validation_error(messages::unused_placeholders("ExpressionAttributeNames", names));
  }
  if (const auto values = unused(values_); !values.empty()) {
    return validation_error(messages::unused_placeholders("ExpressionAttributeValues", values));
  }
  return Done{};
}

}  // namespace dynadeck::engine
