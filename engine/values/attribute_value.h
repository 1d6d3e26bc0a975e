// Attribute values in their owned and mutable form: trees, for updates of documents.
//
// Everything else works on the encoded form: value_view.h.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "engine/values/decimal.h"
#include "engine/values/value_view.h"

namespace dynadeck::engine {

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

}  // namespace dynadeck::engine
