// What an update writes, once all its values are computed, and the item that it makes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/expressions/updates/tree.h"
#include "engine/values/value_view.h"

namespace dynadeck::engine {

// What one action comes to: a value to write, or a removal.
struct UpdateWrite {
  const UpdateAction* action;
  std::optional<ValueView> value;  // nothing: remove
};

// Copies the item and puts the written attributes in their places, both in name order: sorts
// `writes` by attribute. Where a path goes into a document, all of it but the last step is there,
// and each step fits.
std::string apply_writes(ItemView before, std::vector<UpdateWrite>& writes);

}  // namespace dynadeck::engine
