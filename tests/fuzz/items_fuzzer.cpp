// The item codec: whatever item is accepted has one encoded form, which keeps everything of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/inputs/items.h"
#include "engine/values/attribute_value.h"
#include "engine/values/item_record.h"
#include "engine/values/value_json.h"
#include "engine/wire/json.h"

namespace {

using namespace dynadeck::engine;  // NOLINT: a fuzzer of everything in it

void must(bool holds) {
  if (!holds) std::abort();
}

Result<PutItemInput> put_item(std::string_view item) {
  const std::string body = R"({"TableName":"abc","Item":)" + std::string(item) + "}";
  const Result<JsonDocument> document = JsonDocument::parse(body);
  if (!document.ok()) return document.error();
  return read_put_item(document->root());
}

// DynamoDB's item-size arithmetic over the owned form: a second opinion on the encoded one's.
// Source: [doc] "DynamoDB item sizes and formats".
std::size_t size_of(const AttributeValue& value) {
  constexpr std::size_t kDocument = 3;
  return std::visit(
      [](const auto& held) -> std::size_t {
        using Held = std::decay_t<decltype(held)>;
        std::size_t bytes = 0;
        if constexpr (std::is_same_v<Held, std::string>) {
          bytes = held.size();
        } else if constexpr (std::is_same_v<Held, Binary>) {
          bytes = held.bytes.size();
        } else if constexpr (std::is_same_v<Held, Decimal>) {
          bytes = held.size_bytes();
        } else if constexpr (std::is_same_v<Held, bool> || std::is_same_v<Held, Null>) {
          bytes = 1;
        } else if constexpr (std::is_same_v<Held, Map>) {
          bytes = kDocument;
          for (const auto& [name, member] : held) bytes += 1 + name.size() + size_of(member);
        } else if constexpr (std::is_same_v<Held, List>) {
          bytes = kDocument;
          for (const AttributeValue& member : held) bytes += 1 + size_of(member);
        } else if constexpr (std::is_same_v<Held, NumberSet>) {
          for (const Decimal& member : held.members) bytes += member.size_bytes();
        } else {
          for (const std::string& member : held.members) bytes += member.size();
        }
        return bytes;
      },
      value.value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<PutItemInput> put = put_item({reinterpret_cast<const char*>(data), size});
  if (!put.ok()) return 0;
  const ItemView item(put->item);

  const Item owned = decode_item(item);
  must(encode_item(owned) == put->item);
  must(item.count() == owned.size());
  std::size_t bytes = 0;
  for (const auto& [name, value] : owned) {
    const auto found = item.find(name);
    must(found.has_value() && decode(*found) == value);
    bytes += name.size() + size_of(value);
  }
  must(item_size_bytes(item) == bytes);

  std::string record;
  append_record(record, item, bytes);
  must(read_record(record).size_bytes == bytes && read_record(record).item == item);

  std::string json;
  append_item_json(json, item);
  const Result<PutItemInput> again = put_item(json);
  must(again.ok() && again->item == put->item);
  return 0;
}
