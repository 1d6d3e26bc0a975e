// What a request over several tables consumed, in the order in which it named them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/items/capacity.h"

namespace dynadeck::engine {

// *One thread.*
class TableUnits {
 public:
  // table_name: outlives this.
  void add(std::string_view table_name, const ConsumedCapacity& consumed);

  // Appends ,"ConsumedCapacity":[...] with the comma, or nothing where none was asked for.
  void append(std::string& out, ReturnConsumedCapacity detail,
              CapacityKind kind = CapacityKind::kPlain) const;

 private:
  std::vector<std::pair<std::string_view, ConsumedCapacity>> tables_;
};

}  // namespace dynadeck::engine
