#include "engine/values/attribute_value.h"

#include <string_view>
#include <utility>

#include "engine/values/value_writer.h"

namespace dynadeck::engine {
namespace {

struct Encoder {
  std::string& out;

  void operator()(const std::string& text) const { append_scalar(out, Type::kString, text); }
  void operator()(const Decimal& number) const {
    append_scalar(out, Type::kNumber, number.encoded());
  }
  void operator()(const Binary& binary) const { append_scalar(out, Type::kBinary, binary.bytes); }
  void operator()(bool value) const { append_bool(out, value); }
  void operator()(Null) const { append_null(out); }
  void operator()(const Map& map) const {
    ContainerWriter writer(out, Type::kMap);
    for (const auto& [name, value] : map) {
      append_name(out, name);
      encode(value, out);
    }
    writer.finish();
  }
  void operator()(const List& list) const {
    ContainerWriter writer(out, Type::kList);
    for (const AttributeValue& value : list) encode(value, out);
    writer.finish();
  }
  void operator()(const StringSet& set) const {
    ContainerWriter writer(out, Type::kStringSet);
    for (const std::string& member : set.members) append_scalar(out, Type::kString, member);
    writer.finish();
  }
  void operator()(const NumberSet& set) const {
    ContainerWriter writer(out, Type::kNumberSet);
    for (const Decimal& member : set.members) append_scalar(out, Type::kNumber, member.encoded());
    writer.finish();
  }
  void operator()(const BinarySet& set) const {
    ContainerWriter writer(out, Type::kBinarySet);
    for (const std::string& member : set.members) append_scalar(out, Type::kBinary, member);
    writer.finish();
  }
};

std::vector<std::string> payloads(ValueView set) {
  std::vector<std::string> members;
  for (const ValueView member : set.list()) members.emplace_back(member.string());
  return members;
}

}  // namespace

Type AttributeValue::type() const { return static_cast<Type>(value.index() + 1); }

void encode(const AttributeValue& value, std::string& out) {
  std::visit(Encoder{out}, value.value);
}

std::string encode(const AttributeValue& value) {
  std::string out;
  encode(value, out);
  return out;
}

std::string encode_item(const Item& item) {
  std::string out;
  Encoder{out}(item);
  return out;
}

AttributeValue decode(ValueView view) {
  switch (view.type()) {
    case Type::kString:
      return {std::string(view.string())};
    case Type::kNumber:
      return {Decimal::from_encoded(view.string())};
    case Type::kBinary:
      return {Binary{std::string(view.string())}};
    case Type::kBool:
      return {view.boolean()};
    case Type::kNull:
      return {Null{}};
    case Type::kMap:
      return {decode_item(view)};
    case Type::kList: {
      List list;
      for (const ValueView member : view.list()) list.push_back(decode(member));
      return {std::move(list)};
    }
    case Type::kStringSet:
      return {StringSet{payloads(view)}};
    case Type::kNumberSet: {
      NumberSet set;
      for (const ValueView member : view.list()) {
        set.members.push_back(Decimal::from_encoded(member.string()));
      }
      return {std::move(set)};
    }
    case Type::kBinarySet:
      return {BinarySet{payloads(view)}};
  }
  return {Null{}};
}

Item decode_item(ItemView view) {
  Item item;
  for (const MapEntry& entry : view.map()) {
    item.emplace_hint(item.end(), std::string(entry.name), decode(entry.value));
  }
  return item;
}

}  // namespace dynadeck::engine
