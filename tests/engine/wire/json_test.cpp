#include "engine/wire/json.h"

#include <catch2/catch.hpp>
#include <string>

namespace dynadeck::engine {
namespace {

JsonDocument parse(std::string_view body) {
  Result<JsonDocument> document = JsonDocument::parse(body);
  INFO(body.substr(0, 200));
  REQUIRE(document.ok());
  return std::move(document).value();
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

TEST_CASE("a document keeps kinds, texts and the order of members", "[engine]") {
  const JsonDocument document =
      parse(R"({"z":"a\u00e9\n\ud83d\ude00","b":[1,-2,1.50,1e3,true,false,null],"a":{"x":{}}})");
  const JsonValue& root = document.root();
  REQUIRE(root.is_object());
  REQUIRE(root.members().size() == 3);
  CHECK(root.members()[0].name == "z");
  CHECK(root.members()[0].value.text() == "a\xC3\xA9\n\xF0\x9F\x98\x80");
  CHECK(root.members()[2].name == "a");
  const JsonValue* list = root.find("b");
  REQUIRE(list != nullptr);
  REQUIRE(list->elements().size() == 7);
  CHECK(list->elements()[0].text() == "1");
  CHECK(list->elements()[1].text() == "-2");
  CHECK(list->elements()[2].text() == "1.50");
  CHECK(list->elements()[3].text() == "1e3");
  CHECK(list->elements()[4].boolean());
  CHECK(list->elements()[5].kind() == JsonValue::Kind::kFalse);
  CHECK(list->elements()[6].is_null());
  CHECK(root.find("a")->find("x")->count() == 0);
}

TEST_CASE("a member that is absent or null is not found", "[engine]") {
  const JsonDocument document = parse(R"({"a":null,"b":1})");
  CHECK(document.root().find("a") == nullptr);
  CHECK(document.root().find("c") == nullptr);
  CHECK(document.root().find("b")->find("x") == nullptr);
}

TEST_CASE("of members with the same name the last counts", "[engine]") {
  const JsonDocument few = parse(R"({"a":1,"b":2,"a":{"c":3}})");
  REQUIRE(few.root().members().size() == 2);
  CHECK(few.root().members()[0].name == "a");
  CHECK(few.root().find("a")->find("c")->text() == "3");

  std::string body = "{";
  for (int i = 0; i < 100; ++i) body += "\"m" + std::to_string(i) + "\":1,";
  const JsonDocument many = parse(body + R"("m7":2,"m7":3})");
  CHECK(many.root().members().size() == 100);
  CHECK(many.root().find("m7")->text() == "3");
}

TEST_CASE("integers beyond 64 bits keep their digits", "[engine]") {
  CHECK(parse("123456789012345678901234567890").root().text() == "123456789012345678901234567890");
}

TEST_CASE("what is not JSON is a SerializationException without a message", "[engine]") {
  const auto body =
      GENERATE(as<std::string>{}, "", " ", "{", "}", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "nul",
               "{\"a\":1}x", "\"a", "\"\\x\"", "\"\\ud800\"", "01", "\"\xff\"", "{\"\xc3\x28\":1}",
               "\"\xed\xa0\x80\"", "\"a\nb\"", "-", "1.", "1e", "+1", ".5", "tru", "truex", "[1 2]",
               "{\"a\" 1}", "{\"a\":}", "{,}", "[,1]", "\"\\u12g4\"", "\"\\ud83d\\u0041\"",
               "\"\\udc00\"", "\"\xc0\xaf\"", "\"\xf5\x80\x80\x80\"", "\"\xe2\x82\"", "\"\\");
  INFO(body);
  const Result<JsonDocument> document = JsonDocument::parse(body);
  REQUIRE_FALSE(document.ok());
  CHECK(document.error().code == "SerializationException");
  CHECK(document.error().message.empty());
}

TEST_CASE("deep nesting is an error, never a crash", "[engine]") {
  const auto [opening, closing] =
      GENERATE(table<std::string, std::string>({{"[", "]"}, {R"({"a":)", "}"}}));
  const auto nested = [&, opening = opening, closing = closing](std::size_t depth) {
    return repeat(opening, depth) + "1" + repeat(closing, depth);
  };
  CHECK(JsonDocument::parse(nested(JsonDocument::kMaxDepth)).ok());
  CHECK_FALSE(JsonDocument::parse(nested(JsonDocument::kMaxDepth + 1)).ok());
  CHECK_FALSE(JsonDocument::parse(nested(10'000)).ok());
  CHECK_FALSE(JsonDocument::parse(repeat(opening, 1'000'000)).ok());
}

TEST_CASE("escapes and long strings are read at every alignment", "[engine]") {
  const std::size_t before = GENERATE(range(0, 20));
  const std::string plain(before, 'x');
  const JsonDocument document =
      parse("{\"" + plain + "k\":\"" + plain + R"(\"\\\/\b\f\n\r\t\u0041\u20ac)" + plain + "\"}");
  REQUIRE(document.root().members().size() == 1);
  CHECK(document.root().members()[0].name == plain + "k");
  CHECK(document.root().members()[0].value.text() ==
        plain + "\"\\/\b\f\n\r\tA\xE2\x82\xAC" + plain);
}

TEST_CASE("a byte order mark before the body is skipped", "[engine]") {
  CHECK(parse("\xEF\xBB\xBF{\"a\":1}").root().find("a")->text() == "1");
}

TEST_CASE("a document's values stay valid when it is moved", "[engine]") {
  JsonDocument document = parse(R"({"a":["b","c"]})");
  const JsonValue root = document.root();
  const JsonDocument moved = std::move(document);
  CHECK(root.find("a")->elements()[1].text() == "c");
  CHECK(moved.root().find("a")->elements()[0].text() == "b");
}

}  // namespace
}  // namespace dynadeck::engine
