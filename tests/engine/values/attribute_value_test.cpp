#include "engine/values/attribute_value.h"

#include <catch2/catch.hpp>
#include <random>

#include "engine/values/base64.h"
#include "engine/values/json_text.h"
#include "engine/values/value_json.h"
#include "engine/values/value_writer.h"

namespace dynadeck::engine {
namespace {

Decimal number(std::string_view text) { return Decimal::parse(text).value(); }

std::string json(const AttributeValue& value) {
  std::string out;
  append_json(out, ValueView(encode(value)));
  return out;
}

// Random values of every type, a few levels deep.
class Generator {
 public:
  explicit Generator(unsigned seed) : engine_(seed) {}

  AttributeValue value(int depth) {
    switch (pick(depth > 0 ? 10 : 5)) {
      case 0:
        return {text()};
      case 1:
        return {number(std::to_string(static_cast<int>(engine_())))};
      case 2:
        return {Binary{text()}};
      case 3:
        return {pick(2) == 0};
      case 4:
        return {Null{}};
      case 5:
        return {map(depth - 1)};
      case 6: {
        List list;
        for (int left = pick(4); left > 0; --left) list.push_back(value(depth - 1));
        return {std::move(list)};
      }
      case 7:
        return {StringSet{{"a", text().insert(0, 1, 'b')}}};
      case 8:
        return {NumberSet{{number("-1.5"), number("2")}}};
      default:
        return {BinarySet{{std::string(1, '\0'), "z"}}};
    }
  }

  Map map(int depth) {
    Map result;
    for (int left = pick(5); left > 0; --left) result[text()] = value(depth);
    return result;
  }

 private:
  int pick(int choices) { return static_cast<int>(engine_() % static_cast<unsigned>(choices)); }
  std::string text() {
    std::string result;
    for (int left = pick(200); left > 0; --left) result.push_back(static_cast<char>(pick(128)));
    return result;
  }
  std::mt19937 engine_;
};

}  // namespace

TEST_CASE("every item decodes to what was encoded", "[engine]") {
  Generator generator(GENERATE(1u, 2u, 3u, 4u));
  for (int round = 0; round < 300; ++round) {
    const Item item = generator.map(4);
    const std::string encoded = encode_item(item);
    REQUIRE(decode_item(ItemView(encoded)) == item);
    REQUIRE(encode(AttributeValue{item}) == encoded);
    for (const auto& [name, value] : item) {
      const auto found = ItemView(encoded).find(name);
      REQUIRE(found.has_value());
      REQUIRE(found->encoded() == encode(value));
    }
    REQUIRE_FALSE(ItemView(encoded).find("no such name"));
    REQUIRE(ItemView(encoded).count() == item.size());
  }
}

TEST_CASE("each type has DynamoDB's JSON", "[engine]") {
  CHECK(json({std::string("a\"\\\n\x01 \xc3\xa9")}) == "{\"S\":\"a\\\"\\\\\\n\\u0001 \xc3\xa9\"}");
  CHECK(json({number("-12.50")}) == R"({"N":"-12.5"})");
  CHECK(json({Binary{"abcd"}}) == R"({"B":"YWJjZA=="})");
  CHECK(json({true}) == R"({"BOOL":true})");
  CHECK(json({Null{}}) == R"({"NULL":true})");
  CHECK(json({Map{{"b", {false}}, {"a", {Null{}}}}}) ==
        R"({"M":{"a":{"NULL":true},"b":{"BOOL":false}}})");
  CHECK(json({List{{std::string("x")}, {List{}}}}) == R"({"L":[{"S":"x"},{"L":[]}]})");
  CHECK(json({StringSet{{"a", "b"}}}) == R"({"SS":["a","b"]})");
  CHECK(json({NumberSet{{number("-1"), number("10")}}}) == R"({"NS":["-1","10"]})");
  CHECK(json({BinarySet{{"a", "ab"}}}) == R"({"BS":["YQ==","YWI="]})");
}

TEST_CASE("an item's size is DynamoDB's", "[engine]") {
  // Source: [doc] "DynamoDB item sizes and formats".
  const auto size_of = [](const AttributeValue& value) {
    return ValueView(encode(value)).size_bytes();
  };
  CHECK(size_of({std::string("\xc3\xa9")}) == 2);
  CHECK(size_of({Binary{"abc"}}) == 3);
  CHECK(size_of({true}) == 1);
  CHECK(size_of({Null{}}) == 1);
  CHECK(size_of({List{}}) == 3);
  CHECK(size_of({List{{true}, {std::string("ab")}}}) == 3 + (1 + 1) + (1 + 2));
  CHECK(size_of({Map{{"abc", {true}}}}) == 3 + 1 + 3 + 1);
  CHECK(size_of({StringSet{{"a", "bc"}}}) == 3);
  CHECK(item_size_bytes(ItemView(encode_item({{"id", {std::string("four")}}}))) == 6);
}

TEST_CASE("walking lists and sets reaches every member", "[engine]") {
  const std::string list = encode({List{{true}, {Null{}}, {std::string("c")}}});
  CHECK(ValueView(list).count() == 3);
  CHECK(ValueView(list).at(2)->string() == "c");
  CHECK_FALSE(ValueView(list).at(3));
  const std::string set = encode({StringSet{{"a", "b"}}});
  CHECK(ValueView(set).set_contains("b"));
  CHECK_FALSE(ValueView(set).set_contains("c"));
  CHECK(ValueView(encode({List{}})).empty());
}

TEST_CASE("base64 pads to groups of four", "[engine]") {
  const auto [bytes, text] = GENERATE(table<std::string, std::string>(
      {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"\xff\xfe\xfd", "//79"}}));
  std::string out = "x";
  append_base64(out, bytes);
  CHECK(out == "x" + text);
}

TEST_CASE("text is escaped wherever in it the escape falls", "[engine]") {
  const auto [special, escaped] = GENERATE(table<char, std::string>(
      {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\x1f', "\\u001f"}, {'\x7f', "\x7f"}}));
  for (std::size_t position = 0; position < 20; ++position) {
    std::string text(20, 'x');
    text[position] = special;
    std::string out;
    append_json_text(out, text);
    CHECK(out ==
          '"' + std::string(position, 'x') + escaped + std::string(19 - position, 'x') + '"');
  }
}

}  // namespace dynadeck::engine
