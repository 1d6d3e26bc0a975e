// A compiled projection: which parts of an item an answer shows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/expressions/document_path.h"
#include "engine/values/value_view.h"

namespace dynadeck::engine {

// *Immutable*. From a ProjectionExpression, from AttributesToGet, or from the paths of an update.
class Projection {
 public:
  // paths: none of them lies within another. At least one.
  explicit Projection(std::vector<DocumentPath> paths);
  // Top-level attributes, in any order.
  static Projection of_attributes(std::span<const std::string> names);

  // Appends the encoded item that holds what the paths reach; an empty one if they reach nothing.
  // Of a list the chosen elements are kept in order, without gaps.
  void project(ItemView item, std::string& out) const;
  std::string project(ItemView item) const;

  // The top-level attributes that the projection needs, sorted, each once.
  std::span<const std::string> attributes() const { return attributes_; }
  // Those of them that a path goes into: a key attribute must not be among them.
  std::span<const std::string> nested_attributes() const { return nested_attributes_; }

 private:
  std::vector<DocumentPath> paths_;  // sorted by their steps
  std::vector<std::string> attributes_;
  std::vector<std::string> nested_attributes_;
};

}  // namespace dynadeck::engine
