// A request's body as a read-only document that keeps the order of members.
//
// This room has what requests are on the wire: JSON here and in json_value.h, what each operation's
// body must look like in shapes.h and constraints.h, and DynamoDB's values in item_reader.h.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "engine/messages/api_error.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

// A parsed body and the memory that its values live in. Movable: values stay where they are.
class JsonDocument {
 public:
  // Parses without recursion; `body` is not needed afterwards.
  //
  // Of members with the same name the last counts, as for Jackson, which AWS reads with. Fails with
  // SerializationException, without a message as AWS's, for what is not JSON, for invalid UTF-8 and
  // for more than kMaxDepth objects and lists inside one another.
  static Result<JsonDocument> parse(std::string_view body);

  // [chosen] Jackson's own limit. An item's limit of 32 levels is stricter and has its own text.
  static constexpr std::size_t kMaxDepth = 1000;

  const JsonValue& root() const { return root_; }

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

 private:
  class Arena;
  class Builder;
  explicit JsonDocument(std::unique_ptr<Arena> arena);

  std::unique_ptr<Arena> arena_;
  JsonValue root_;
};

}  // namespace dynadeck::engine
