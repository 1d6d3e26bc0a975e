// The key encoding: the store's order of two values is the values' own, no key is the beginning of
// another, and a string's prefix covers just the strings that begin with it.
//
// Input: a byte for the type, one for the first value's length, then both values.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "engine/store/key_codec.h"
#include "engine/values/attribute_value.h"

namespace {

using namespace dynadeck::engine;  // NOLINT: a fuzzer of everything in it

constexpr std::array kTypes{Type::kString, Type::kNumber, Type::kBinary};

void must(bool holds) {
  if (!holds) std::abort();
}

std::optional<AttributeValue> value_of(Type type, std::string_view text) {
  if (type == Type::kString) return AttributeValue{std::string(text)};
  if (type == Type::kBinary) return AttributeValue{Binary{std::string(text)}};
  const Result<Decimal> number = Decimal::parse(text);
  if (!number.ok()) return std::nullopt;
  return AttributeValue{number.value()};
}

bool less(const AttributeValue& left, const AttributeValue& right) {
  if (left.type() == Type::kNumber) {
    return std::get<Decimal>(left.value) < std::get<Decimal>(right.value);
  }
  if (left.type() == Type::kString) {
    return std::get<std::string>(left.value) < std::get<std::string>(right.value);
  }
  return std::get<Binary>(left.value).bytes < std::get<Binary>(right.value).bytes;
}

std::string ordered(const AttributeValue& value) {
  const std::string encoded = encode(value);
  std::string out;
  append_ordered(out, ValueView(encoded));
  return out;
}

std::uint64_t hash_of(const AttributeValue& value) {
  const std::string encoded = encode(value);
  KeyHash hash;
  hash.add(ValueView(encoded));
  return hash.finish();
}

// Both as the sort keys of one partition: in one partition, and in the values' order.
void check_item_keys(Type type, const AttributeValue& left, const AttributeValue& right) {
  const KeySchema keys{{{"p", type}}, {{"s", type}}};
  const auto key_of = [&](const AttributeValue& sort) {
    std::string out;
    append_item_key(out, 7, keys, ItemView(encode_item({{"p", left}, {"s", sort}})));
    return out;
  };
  std::string partition;
  append_partition(partition, 7, keys, ItemView(encode_item({{"p", left}})));
  must(key_of(left).starts_with(partition) && key_of(right).starts_with(partition));
  must((key_of(left) < key_of(right)) == less(left, right));
}

void check_prefix(const AttributeValue& prefix, const AttributeValue& value,
                  std::string_view prefix_text, std::string_view text) {
  const std::string encoded = encode(prefix);
  std::string begin;
  append_ordered_prefix(begin, ValueView(encoded));
  const std::string end = after_prefix(begin);
  const std::string key = ordered(value);
  must((key >= begin && (end.empty() || key < end)) == text.starts_with(prefix_text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Type type = kTypes[data[0] % kTypes.size()];
  const std::string_view texts(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t middle = std::min<std::size_t>(data[1], texts.size());
  const std::string_view left_text = texts.substr(0, middle);
  const std::string_view right_text = texts.substr(middle);
  const auto left = value_of(type, left_text);
  const auto right = value_of(type, right_text);
  if (!left || !right) return 0;

  const std::string left_key = ordered(*left);
  const std::string right_key = ordered(*right);
  must((left_key < right_key) == less(*left, *right));
  must((left_key == right_key) == (*left == *right));
  if (left_key != right_key) must(!right_key.starts_with(left_key));
  if (*left == *right) must(hash_of(*left) == hash_of(*right));
  check_item_keys(type, *left, *right);
  if (type != Type::kNumber) check_prefix(*left, *right, left_text, right_text);
  return 0;
}
