// Attribute values in their two forms: owned and mutable (AttributeValue), and encoded (ValueView).
//
// The encoded form is canonical: members of maps and of sets are sorted by their bytes, numbers are
// in Decimal's one form. So two values are equal exactly if their bytes are, and filters,
// projections, index maintenance and responses walk the bytes without building a tree.
// docs/formats/storage.md draws it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/decimal.h"

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

class ValueView;

struct MapEntry;  // {std::string_view name; ValueView value;}

// Members of a map in name order; of a list in list order; of a set in byte order. Forward only.
class MapRange;
class ListRange;  // ListRange and set ranges yield ValueView; a set's members are S, N or B

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
  std::size_t count() const;  // members of a map, list or set
  MapRange map() const;
  ListRange list() const;                                      // of a list or set
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
void encode(const AttributeValue& value, std::string& out);
std::string encode(const AttributeValue& value);
std::string encode_item(const Item& item);

// Appends the value as DynamoDB's JSON: {"S":"..."}; for an item, {"name":{...},...}.
void append_json(std::string& out, ValueView value);
void append_item_json(std::string& out, ItemView item);

}  // namespace dynadeck::engine
