// What a reader of inputs answers to a body, for its tests.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "engine/wire/json.h"
#include "harness/seam/error.h"

namespace dynadeck::engine {

// "ok", or the error's message.
template <typename Input>
std::string answer(Result<Input> (*read)(const JsonValue&), const std::string& body) {
  const Result<JsonDocument> document = JsonDocument::parse(body);
  INFO(body);
  REQUIRE(document.ok());
  const Result<Input> input = read(document->root());
  return input.ok() ? "ok" : input.error().message;
}

}  // namespace dynadeck::engine
