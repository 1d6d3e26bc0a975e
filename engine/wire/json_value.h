// One value of a request's body: read-only, and in the order of the body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace dynadeck::engine {

struct JsonMember;

// One value inside a JsonDocument, which has to outlive it. Trivially copyable; *immutable*.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kList, kObject };

  JsonValue() = default;  // null
  explicit JsonValue(bool boolean) : kind_(boolean ? Kind::kTrue : Kind::kFalse) {}
  // kind: kNumber or kString.
  JsonValue(Kind kind, std::string_view text)
      : data_(text.data()), size_(static_cast<std::uint32_t>(text.size())), kind_(kind) {}
  explicit JsonValue(std::span<const JsonValue> elements)
      : data_(elements.data()),
        size_(static_cast<std::uint32_t>(elements.size())),
        kind_(Kind::kList) {}
  explicit JsonValue(std::span<const JsonMember> members);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_number() const { return kind_ == Kind::kNumber; }
  bool is_boolean() const { return kind_ == Kind::kTrue || kind_ == Kind::kFalse; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_object() const { return kind_ == Kind::kObject; }

  bool boolean() const { return kind_ == Kind::kTrue; }

  // A string's characters without quotes and escapes, or a number as it stood in the body. Else
  // empty.
  std::string_view text() const {
    return is_string() || is_number() ? std::string_view(static_cast<const char*>(data_), size_)
                                      : std::string_view();
  }

  // A list's; empty for everything else.
  std::span<const JsonValue> elements() const {
    return is_list() ? std::span(static_cast<const JsonValue*>(data_), size_)
                     : std::span<const JsonValue>();
  }

  // An object's, each name once, in the order of their first appearance; empty for everything else.
  std::span<const JsonMember> members() const;

  // How many objects and lists lie inside one another; known of a document's root, else 0.
  std::size_t depth() const { return depth_; }

  // Elements or members.
  std::size_t count() const { return is_list() || is_object() ? size_ : 0; }

  // The member of that name; nullptr where there is none, where it is null, and where this is no
  // object. Takes time in proportion to the members.
  const JsonValue* find(std::string_view name) const;

 private:
  friend class JsonDocument;

  const void* data_ = nullptr;
  std::uint32_t size_ = 0;
  Kind kind_ = Kind::kNull;
  std::uint16_t depth_ = 0;
};

struct JsonMember {
  std::string_view name;
  JsonValue value;
};

inline JsonValue::JsonValue(std::span<const JsonMember> members)
    : data_(members.data()),
      size_(static_cast<std::uint32_t>(members.size())),
      kind_(Kind::kObject) {}

inline std::span<const JsonMember> JsonValue::members() const {
  return is_object() ? std::span(static_cast<const JsonMember*>(data_), size_)
                     : std::span<const JsonMember>();
}

inline const JsonValue* JsonValue::find(std::string_view name) const {
  for (const JsonMember& member : members()) {
    if (member.name == name) return member.value.is_null() ? nullptr : &member.value;
  }
  return nullptr;
}

}  // namespace dynadeck::engine
