// What the tests of expressions share: items and placeholders from JSON.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "engine/expressions/compile.h"
#include "engine/expressions/placeholders.h"
#include "engine/values/value_json.h"
#include "engine/wire/item_reader.h"
#include "engine/wire/json.h"

namespace dynadeck::engine {

inline std::string item_from(std::string_view json) {
  const Result<JsonDocument> document = JsonDocument::parse(json);
  INFO(json);
  REQUIRE(document.ok());
  Result<std::string> item = read_item(document->root(), ValueWording::kCurrent);
  REQUIRE(item.ok());
  return std::move(item).value();
}

inline std::string json_of(ItemView item) {
  std::string json;
  append_item_json(json, item);
  return json;
}

// The placeholders of a request like {"names":{"#a":"b"},"values":{":v":{"S":"x"}}}.
class TestPlaceholders {
 public:
  explicit TestPlaceholders(std::string_view json)
      : document_(JsonDocument::parse(json).value().root().is_null() ? JsonDocument::parse("{}")
                                                                     : JsonDocument::parse(json)),
        placeholders_(Placeholders::read(document_->root().find("names"),
                                         document_->root().find("values"),
                                         ValueWording::kCurrent)) {
    INFO(json);
    REQUIRE(placeholders_.ok());
  }

  Placeholders& operator*() { return placeholders_.value(); }

 private:
  Result<JsonDocument> document_;
  Result<Placeholders> placeholders_;
};

}  // namespace dynadeck::engine
