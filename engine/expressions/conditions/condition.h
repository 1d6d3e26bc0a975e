// A compiled condition or filter: from an expression string, from legacy parameters (Expected,
// QueryFilter, ScanFilter) or from PartiQL's WHERE.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/values/value_view.h"

namespace dynadeck::engine {

struct ConditionTree;  // expressions/conditions/tree.h

// *Immutable*; cheap to copy, for copies share the tree.
class Condition {
 public:
  explicit Condition(std::unique_ptr<const ConditionTree> tree);

  // Whether the item meets the condition. An item that does not exist is an ItemView without bytes.
  // Evaluates on the encoded bytes; never fails: a comparison of unlike types is false.
  bool matches(ItemView item) const;

  // The top-level attributes that the condition looks at, sorted, each once.
  std::span<const std::string> attributes() const;
  // Those of them that a path goes into: a key attribute must not be among them.
  std::span<const std::string> nested_attributes() const;

 private:
  std::shared_ptr<const ConditionTree> tree_;
};

}  // namespace dynadeck::engine
