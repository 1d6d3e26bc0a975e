// Expressions of all kinds, with placeholders at hand, evaluated on an item when they compile.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/expressions/compile.h"
#include "engine/values/attribute_value.h"
#include "engine/wire/item_reader.h"
#include "engine/wire/json.h"

namespace {

using namespace dynadeck::engine;  // NOLINT: a fuzzer of everything in it

constexpr std::string_view kWorld = R"({
  "names": {"#a": "a", "#b": "b", "#l": "l"},
  "values": {":s": {"S": "x"}, ":n": {"N": "1"}, ":l": {"L": [{"N": "1"}]}, ":ss": {"SS": ["x"]},
             ":m": {"M": {"k": {"S": "v"}}}, ":b": {"B": "YQ=="}, ":t": {"BOOL": true}},
  "item": {"a": {"M": {"b": {"L": [{"S": "x"}, {"N": "2"}]}}}, "b": {"N": "5"},
           "l": {"L": [{"L": []}, {"S": "y"}]}, "ss": {"SS": ["x", "y"]}}})";

struct World {
  World()
      : document(JsonDocument::parse(kWorld)),
        item(read_item(*document->root().find("item"), ValueWording::kCurrent).value()) {}

  Placeholders placeholders() const {
    return Placeholders::read(document->root().find("names"), document->root().find("values"),
                              ValueWording::kCurrent)
        .value();
  }

  Result<JsonDocument> document;
  std::string item;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  const std::string_view expression(reinterpret_cast<const char*>(data), size);
  const ItemView item(world.item);
  Placeholders placeholders = world.placeholders();
  const auto condition =
      compile_condition(expression, "ConditionExpression", placeholders, ValueWording::kCurrent);
  if (condition.ok()) {
    condition->matches(item);
    condition->matches(ItemView());
  }
  const auto projection = compile_projection(expression, placeholders, ValueWording::kCurrent);
  if (projection.ok()) decode_item(ItemView(projection->project(item)));
  const auto update = compile_update(expression, placeholders);
  if (update.ok()) {
    const auto after = update->apply(item);
    if (after.ok() && encode_item(decode_item(ItemView(after.value()))) != after.value()) {
      __builtin_trap();
    }
  }
  (void)compile_key_condition(expression, placeholders);
  return 0;
}
