// Attribute values in their two forms: owned and mutable (AttributeValue), and encoded (ValueView).
//
// The encoded form is canonical: members of maps and of sets are sorted by their bytes, numbers are
// in Decimal's one form. So two values are equal exactly if their bytes are, and filters,
// projections, index maintenance and responses walk the bytes without building a tree.
// docs/formats/storage.md draws it. To write the form without a tree: value_writer.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/values/decimal.h"

namespace dynadeck::engine {

// On disk: only append, never renumber.
enum class Type : std::uint8_t {
  kString = 1,
  kNumber = 2,
  kBinary = 3,
  kBool = 4,
  kNull = 5,
  kMap = 6,
  kList = 7,
  kStringSet = 8,
  kNumberSet = 9,
  kBinarySet = 10,
};

// "S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS".
std::string_view type_name(Type type);
std::optional<Type> type_from_name(std::string_view name);
bool is_set(Type type);

// ---------------------------------------------------------------- the encoded form, not owned

struct MapEntry;
class MapRange;
class ListRange;

// One encoded value inside bytes that somebody else owns. Trivially copyable. The bytes must come
// from this codec: they are not checked.
class ValueView {
 public:
  ValueView() = default;
  explicit ValueView(std::string_view encoded) : encoded_(encoded) {}

  std::string_view encoded() const { return encoded_; }
  Type type() const { return static_cast<Type>(encoded_.front()); }

  std::string_view string() const;  // kString: UTF-8; kBinary: bytes; kNumber: Decimal::encoded()
  bool boolean() const;
  std::size_t count() const;  // members of a map, list or set; walks them
  bool empty() const;         // whether a map, list or set has no members
  MapRange map() const;       // members in name order
  ListRange list() const;     // members of a list in order; of a set in byte order
  std::optional<ValueView> find(std::string_view name) const;  // member of a map
  std::optional<ValueView> at(std::size_t position) const;     // member of a list
  bool set_contains(std::string_view member_payload) const;    // payload: as string() gives it

  // Bytes by AWS's arithmetic for a value (its attribute's name not included).
  // Source: [doc] "DynamoDB item sizes and formats".
  std::size_t size_bytes() const;

  friend bool operator==(ValueView left, ValueView right) {
    return left.encoded_ == right.encoded_;
  }

 private:
  std::string_view encoded_;
};

struct MapEntry {
  std::string_view name;
  ValueView value;
};

// A forward walk over the members of a map.
class MapRange {
 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = MapEntry;
    using difference_type = std::ptrdiff_t;
    using pointer = const MapEntry*;
    using reference = const MapEntry&;

    iterator() = default;
    explicit iterator(std::string_view rest) : rest_(rest) { parse(); }
    const MapEntry& operator*() const { return entry_; }
    const MapEntry* operator->() const { return &entry_; }
    iterator& operator++() {
      rest_.remove_prefix(taken_);
      parse();
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& left, const iterator& right) {
      return left.rest_.size() == right.rest_.size();
    }

   private:
    void parse();

    std::string_view rest_;
    std::size_t taken_ = 0;
    MapEntry entry_;
  };

  explicit MapRange(std::string_view members) : members_(members) {}
  iterator begin() const { return iterator(members_); }
  iterator end() const { return iterator(members_.substr(members_.size())); }

 private:
  std::string_view members_;
};

// A forward walk over the members of a list or set; a set's members are S, N or B values.
class ListRange {
 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = ValueView;
    using difference_type = std::ptrdiff_t;
    using pointer = const ValueView*;
    using reference = const ValueView&;

    iterator() = default;
    explicit iterator(std::string_view rest) : rest_(rest) { parse(); }
    const ValueView& operator*() const { return value_; }
    const ValueView* operator->() const { return &value_; }
    iterator& operator++() {
      rest_.remove_prefix(value_.encoded().size());
      parse();
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& left, const iterator& right) {
      return left.rest_.size() == right.rest_.size();
    }

   private:
    void parse();

    std::string_view rest_;
    ValueView value_;
  };

  explicit ListRange(std::string_view members) : members_(members) {}
  iterator begin() const { return iterator(members_); }
  iterator end() const { return iterator(members_.substr(members_.size())); }

 private:
  std::string_view members_;
};

// An item is an encoded map. Its size is names plus values, without the map's own overhead.
using ItemView = ValueView;
std::size_t item_size_bytes(ItemView item);

// ---------------------------------------------------------------- the owned form

struct AttributeValue;
using List = std::vector<AttributeValue>;
using Map = std::map<std::string, AttributeValue, std::less<>>;
struct Binary {
  std::string bytes;
  friend bool operator==(const Binary&, const Binary&) = default;
};
struct Null {
  friend bool operator==(Null, Null) = default;
};
// Members are sorted and unique: by bytes for strings and binaries, by value for numbers.
struct StringSet {
  std::vector<std::string> members;
  friend bool operator==(const StringSet&, const StringSet&) = default;
};
struct NumberSet {
  std::vector<Decimal> members;
  friend bool operator==(const NumberSet&, const NumberSet&) = default;
};
struct BinarySet {
  std::vector<std::string> members;
  friend bool operator==(const BinarySet&, const BinarySet&) = default;
};

// The alternatives stand in the order of Type.
struct AttributeValue {
  using Alternatives = std::variant<std::string, Decimal, Binary, bool, Null, Map, List, StringSet,
                                    NumberSet, BinarySet>;
  Alternatives value;

  Type type() const;
  friend bool operator==(const AttributeValue&, const AttributeValue&) = default;
};

using Item = Map;

AttributeValue decode(ValueView view);
Item decode_item(ItemView view);
void encode(const AttributeValue& value, std::string& out);  // appends
std::string encode(const AttributeValue& value);
std::string encode_item(const Item& item);

// Appends the value as DynamoDB's JSON: {"S":"..."}; for an item, {"name":{...},...}.
void append_json(std::string& out, ValueView value);
void append_item_json(std::string& out, ItemView item);

// Appends text (valid UTF-8) as a JSON string with its quotes, escaping no more than JSON demands.
void append_json_text(std::string& out, std::string_view text);

}  // namespace dynadeck::engine
