// ExpressionAttributeNames and ExpressionAttributeValues: what #names and :values stand for, and
// which of them the expressions of a request have used.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/messages/api_error.h"
#include "engine/values/value_view.h"
#include "engine/wire/item_reader.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

// *One thread.* Refers to the document that it was read from.
class Placeholders {
 public:
  Placeholders() = default;

  // names, values: null where the request has none. Fails for empty maps, malformed placeholders,
  // empty names and invalid values.
  static Result<Placeholders> read(const JsonValue* names, const JsonValue* values,
                                   ValueWording wording);

  // What "#a" or ":a" stands for, and marks it as used; nothing where it is not defined.
  std::optional<std::string_view> name(std::string_view placeholder);
  std::optional<ValueView> value(std::string_view placeholder);

  // A path of an expression leads into that attribute.
  void note_nested(const std::string& attribute);
  // The attributes that paths lead into, each once.
  std::vector<std::string> take_nested() { return std::move(nested_); }

  // Fails where a placeholder was never asked for.
  Status check_all_used() const;

 private:
  struct Entry {
    std::string_view placeholder;
    std::string_view name;   // of a name
    std::size_t offset = 0;  // of a value in values_
    std::size_t size = 0;
    bool used = false;
  };

  Status read_names(const JsonValue& names);
  Status read_values(const JsonValue& values, ValueWording wording);
  static Entry* find(std::vector<Entry>& entries, std::string_view placeholder);
  static std::vector<std::string_view> unused(const std::vector<Entry>& entries);

  std::vector<Entry> names_;  // sorted by placeholder
  std::vector<Entry> values_;
  std::string encoded_;  // all values, one after another
  std::vector<std::string> nested_;
  std::size_t bytes_ = 0;  // of all names
};

}  // namespace dynadeck::engine
