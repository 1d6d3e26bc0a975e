// The inside of an Update: what its front ends build and apply() carries out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/expressions/document_path.h"
#include "engine/expressions/projection.h"

namespace dynadeck::engine {

// What a SET action computes.
struct UpdateOperand {
  enum class Kind : std::uint8_t {
    kPath,
    kLiteral,      // an encoded value
    kIfNotExists,  // a path, and what counts if there is nothing
    kListAppend,
    kPlus,
    kMinus,
  };
  Kind kind = Kind::kLiteral;
  DocumentPath path;
  std::string literal;
  std::vector<UpdateOperand> operands;
};

struct UpdateAction {
  enum class Kind : std::uint8_t { kSet, kRemove, kAdd, kDelete };
  Kind kind = Kind::kSet;
  std::size_t section = 0;  // SET, REMOVE, ADD and DELETE counted as written
  DocumentPath path;
  UpdateOperand value;  // a literal for kAdd and kDelete; none for kRemove
};

// *Immutable* once built.
struct UpdateTree {
  std::vector<UpdateAction> actions;  // no path lies in another
  std::size_t sections = 1;
  bool is_legacy = false;  // from AttributeUpdates: other sentences, and ADD on lists
  bool creates_item = true;
  std::optional<Projection> touched;  // unless there are no actions

  // Fills `touched` from the actions.
  void index_paths();
};

// What an UpdateExpression is charged against the limit of an item's size, whatever item it meets:
// its values and a fixed amount for each clause, function and path; 0 for a legacy one. In bytes.
std::size_t statement_bytes(const UpdateTree& tree);

}  // namespace dynadeck::engine
