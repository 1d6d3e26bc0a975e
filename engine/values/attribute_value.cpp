#include "engine/values/attribute_value.h"

#include <array>
#include <cstring>

#include "engine/values/base64.h"
#include "engine/values/plain_run.h"
#include "engine/values/value_writer.h"

namespace dynadeck::engine {
namespace {

constexpr std::array<std::string_view, 11> kTypeNames = {"",  "S", "N",  "B",  "BOOL", "NULL",
                                                         "M", "L", "SS", "NS", "BS"};

constexpr std::size_t kLengthBytes = 4;                   // of a container's members
constexpr std::size_t kContainerHead = 1 + kLengthBytes;  // type and length

struct Varint {
  std::size_t value;
  std::size_t bytes;
};

// The number at `position`; the codec wrote it, so it is there.
Varint read_varint(std::string_view data, std::size_t position) {
  const auto first = static_cast<unsigned char>(data[position]);
  if (first < 0x80) return {first, 1};
  std::size_t value = first & 0x7f;
  std::size_t bytes = 1;
  for (unsigned shift = 7;; shift += 7) {
    const auto byte = static_cast<unsigned char>(data[position + bytes++]);
    value |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return {value, bytes};
  }
}

void append_varint(std::string& out, std::size_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

std::uint32_t read_length(std::string_view data, std::size_t position) {
  std::uint32_t length = 0;
  for (std::size_t index = 0; index < kLengthBytes; ++index) {
    length |= static_cast<std::uint32_t>(static_cast<unsigned char>(data[position + index]))
              << (8 * index);
  }
  return length;
}

// How many bytes the value at the start of `data` takes.
std::size_t encoded_length(std::string_view data) {
  switch (static_cast<Type>(data.front())) {
    case Type::kString:
    case Type::kNumber:
    case Type::kBinary: {
      const Varint length = read_varint(data, 1);
      return 1 + length.bytes + length.value;
    }
    case Type::kBool:
      return 2;
    case Type::kNull:
      return 1;
    default:
      return kContainerHead + read_length(data, 1);
  }
}

std::string_view members_of(std::string_view encoded) { return encoded.substr(kContainerHead); }

// One byte per member of a map or list, besides 3 for itself.
// Source: [doc] "DynamoDB item sizes and formats".
constexpr std::size_t kDocumentOverheadBytes = 3;

}  // namespace

std::string_view type_name(Type type) { return kTypeNames[static_cast<std::size_t>(type)]; }

std::optional<Type> type_from_name(std::string_view name) {
  for (std::size_t index = 1; index < kTypeNames.size(); ++index) {
    if (kTypeNames[index] == name) return static_cast<Type>(index);
  }
  return std::nullopt;
}

bool is_set(Type type) {
  return type == Type::kStringSet || type == Type::kNumberSet || type == Type::kBinarySet;
}

// ---------------------------------------------------------------- walking

void MapRange::iterator::parse() {
  if (rest_.empty()) return;
  const Varint length = read_varint(rest_, 0);
  entry_.name = rest_.substr(length.bytes, length.value);
  const std::string_view value = rest_.substr(length.bytes + length.value);
  entry_.value = ValueView(value.substr(0, encoded_length(value)));
  taken_ = length.bytes + length.value + entry_.value.encoded().size();
}

void ListRange::iterator::parse() {
  if (!rest_.empty()) value_ = ValueView(rest_.substr(0, encoded_length(rest_)));
}

std::string_view ValueView::string() const {
  return encoded_.substr(1 + read_varint(encoded_, 1).bytes);
}

bool ValueView::boolean() const { return encoded_[1] != 0; }

MapRange ValueView::map() const { return MapRange(members_of(encoded_)); }

ListRange ValueView::list() const { return ListRange(members_of(encoded_)); }

bool ValueView::empty() const { return encoded_.size() == kContainerHead; }

std::size_t ValueView::count() const {
  std::size_t members = 0;
  if (type() == Type::kMap) {
    for (auto it = map().begin(); it != map().end(); ++it) ++members;
  } else {
    for (auto it = list().begin(); it != list().end(); ++it) ++members;
  }
  return members;
}

std::optional<ValueView> ValueView::find(std::string_view name) const {
  for (const MapEntry& entry : map()) {
    const int order = entry.name.compare(name);
    if (order == 0) return entry.value;
    if (order > 0) break;  // members are sorted
  }
  return std::nullopt;
}

std::optional<ValueView> ValueView::at(std::size_t position) const {
  for (const ValueView member : list()) {
    if (position-- == 0) return member;
  }
  return std::nullopt;
}

bool ValueView::set_contains(std::string_view member_payload) const {
  for (const ValueView member : list()) {
    if (member.string() == member_payload) return true;
  }
  return false;
}

std::size_t ValueView::size_bytes() const {
  switch (type()) {
    case Type::kString:
    case Type::kBinary:
      return string().size();
    case Type::kNumber:
      return decimal_size_bytes(string());
    case Type::kBool:
    case Type::kNull:
      return 1;
    case Type::kMap: {
      std::size_t bytes = kDocumentOverheadBytes;
      for (const MapEntry& entry : map()) bytes += 1 + entry.name.size() + entry.value.size_bytes();
      return bytes;
    }
    case Type::kList: {
      std::size_t bytes = kDocumentOverheadBytes;
      for (const ValueView member : list()) bytes += 1 + member.size_bytes();
      return bytes;
    }
    default: {
      std::size_t bytes = 0;
      for (const ValueView member : list()) bytes += member.size_bytes();
      return bytes;
    }
  }
}

std::size_t item_size_bytes(ItemView item) {
  std::size_t bytes = 0;
  for (const MapEntry& entry : item.map()) bytes += entry.name.size() + entry.value.size_bytes();
  return bytes;
}

// ---------------------------------------------------------------- writing the form

void append_scalar(std::string& out, Type type, std::string_view payload) {
  out.push_back(static_cast<char>(type));
  append_varint(out, payload.size());
  out.append(payload);
}

void append_bool(std::string& out, bool value) {
  out.push_back(static_cast<char>(Type::kBool));
  out.push_back(value ? '\1' : '\0');
}

void append_null(std::string& out) { out.push_back(static_cast<char>(Type::kNull)); }

void append_name(std::string& out, std::string_view name) {
  append_varint(out, name.size());
  out.append(name);
}

ContainerWriter::ContainerWriter(std::string& out, Type type) : out_(out) {
  out_.push_back(static_cast<char>(type));
  length_position_ = out_.size();
  out_.append(kLengthBytes, '\0');
}

void ContainerWriter::finish() {
  const std::size_t length = out_.size() - length_position_ - kLengthBytes;
  for (std::size_t index = 0; index < kLengthBytes; ++index) {
    out_[length_position_ + index] = static_cast<char>(length >> (8 * index));
  }
}

// ---------------------------------------------------------------- the owned form

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

// ---------------------------------------------------------------- JSON

namespace {

bool needs_escape(char character) {
  return static_cast<unsigned char>(character) < 0x20 || character == '"' || character == '\\';
}

void append_escape(std::string& out, char character) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (character) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      out.append("\\u00");
      out.push_back(kHex[static_cast<unsigned char>(character) >> 4]);
      out.push_back(kHex[character & 15]);
  }
}

void append_quoted_payload(std::string& out, ValueView scalar) {
  switch (scalar.type()) {
    case Type::kString:
      append_json_text(out, scalar.string());
      return;
    case Type::kNumber:
      out.push_back('"');
      append_decimal(out, scalar.string());
      out.push_back('"');
      return;
    default:
      out.push_back('"');
      append_base64(out, scalar.string());
      out.push_back('"');
  }
}

void append_members_json(std::string& out, ValueView container) {
  const bool typed = container.type() == Type::kList;
  bool first = true;
  out.push_back('[');
  for (const ValueView member : container.list()) {
    if (!first) out.push_back(',');
    first = false;
    if (typed) {
      append_json(out, member);
    } else {
      append_quoted_payload(out, member);
    }
  }
  out.push_back(']');
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;  // start of what has not been copied yet
  std::size_t index = 0;
  while (index < text.size()) {
    if (text.size() - index >= 8 && !ends_plain_run(text.data() + index)) {
      index += 8;
    } else if (!needs_escape(text[index])) {
      ++index;
    } else {
      out.append(text, plain, index - plain);
      append_escape(out, text[index]);
      plain = ++index;
    }
  }
  out.append(text, plain);
  out.push_back('"');
}

void append_json(std::string& out, ValueView value) {
  const Type type = value.type();
  out.append("{\"").append(type_name(type)).append("\":");
  switch (type) {
    case Type::kString:
    case Type::kNumber:
    case Type::kBinary:
      append_quoted_payload(out, value);
      break;
    case Type::kBool:
      out.append(value.boolean() ? "true" : "false");
      break;
    case Type::kNull:
      out.append("true");
      break;
    case Type::kMap:
      append_item_json(out, value);
      break;
    default:
      append_members_json(out, value);
  }
  out.push_back('}');
}

void append_item_json(std::string& out, ItemView item) {
  bool first = true;
  out.push_back('{');
  for (const MapEntry& entry : item.map()) {
    if (!first) out.push_back(',');
    first = false;
    append_json_text(out, entry.name);
    out.push_back(':');
    append_json(out, entry.value);
  }
  out.push_back('}');
}

}  // namespace dynadeck::engine
