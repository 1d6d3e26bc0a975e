#include "engine/items/table_units.h"

#include <algorithm>

namespace dynadeck::engine {

void TableUnits::add(std::string_view table_name, const ConsumedCapacity& consumed) {
  const auto found = std::find_if(tables_.begin(), tables_.end(),
                                  [&](const auto& entry) { return entry.first == table_name; });
  if (found != tables_.end()) {
    found->second.add(consumed);
  } else {
    tables_.emplace_back(table_name, consumed);
  }
}

void TableUnits::append(std::string& out, ReturnConsumedCapacity detail, CapacityKind kind) const {
  if (detail == ReturnConsumedCapacity::kNone) return;
  out.append(",\"ConsumedCapacity\":[");
  for (const auto& [name, consumed] : tables_) {
    if (out.back() != '[') out.push_back(',');
    append_consumed_capacity(out, name, consumed, detail, kind);
  }
  out.push_back(']');
}

}  // namespace dynadeck::engine
