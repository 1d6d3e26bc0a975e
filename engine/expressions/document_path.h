// Where in an item something is: a top-level attribute and steps into its maps and lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/values/value_view.h"

namespace dynadeck::engine {

// One step into a document: a member of a map by its name, or of a list by its position.
struct PathStep {
  std::string name;       // used if !is_index
  std::size_t index = 0;  // used if is_index
  bool is_index = false;

  friend bool operator==(const PathStep&, const PathStep&) = default;
};

// A regular value. The first step is the top-level attribute's name, never an index.
struct DocumentPath {
  std::vector<PathStep> steps;

  const std::string& attribute() const { return steps.front().name; }
  // As DynamoDB prints a path in its messages: [a, b, [0]].
  std::string to_string() const;

  friend bool operator==(const DocumentPath&, const DocumentPath&) = default;
};

// The value at that path, or nothing where there is none. An item that does not exist is an
// ItemView without bytes.
std::optional<ValueView> find_value(ItemView item, const DocumentPath& path);

}  // namespace dynadeck::engine
