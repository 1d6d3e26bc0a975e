#include "engine/tables/index_entries.h"

#include <algorithm>

#include "engine/values/value_writer.h"

namespace dynadeck::engine {

std::vector<std::string> projected_names(const KeySchema& table_keys, const Index& index) {
  if (index.projection.type == ProjectionType::kAll) return {};
  std::vector<std::string> names;
  for (const KeySchema* keys : {&table_keys, &index.keys}) {
    for (const KeyAttribute& attribute : keys->partition) names.push_back(attribute.name);
    for (const KeyAttribute& attribute : keys->sort) names.push_back(attribute.name);
  }
  if (index.projection.type == ProjectionType::kInclude) {
    const auto& included = index.projection.non_key_attributes;
    names.insert(names.end(), included.begin(), included.end());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void append_projected(std::string& out, const std::vector<std::string>& names, ItemView item) {
  ContainerWriter writer(out, Type::kMap);
  auto name = names.begin();
  for (const MapEntry& entry : item.map()) {
    while (name != names.end() && *name < entry.name) ++name;
    if (name == names.end()) break;
    if (*name != entry.name) continue;
    append_name(out, entry.name);
    out.append(entry.value.encoded());
  }
  writer.finish();
}

}  // namespace dynadeck::engine
