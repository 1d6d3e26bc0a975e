#include "engine/values/key_schema.h"

#include <algorithm>

#include "engine/values/value_writer.h"

namespace dynadeck::engine {
namespace {

const KeyAttribute* find_in(const std::vector<KeyAttribute>& attributes, std::string_view name) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(),
                   [&](const KeyAttribute& attribute) { return attribute.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

}  // namespace

const KeyAttribute* KeySchema::find(std::string_view name) const {
  const KeyAttribute* found = find_in(partition, name);
  return found != nullptr ? found : find_in(sort, name);
}

void append_key_attributes(std::string& out, const KeySchema& keys, ItemView item) {
  ContainerWriter writer(out, Type::kMap);
  for (const MapEntry& entry : item.map()) {
    if (!keys.contains(entry.name)) continue;
    append_name(out, entry.name);
    out.append(entry.value.encoded());
  }
  writer.finish();
}

}  // namespace dynadeck::engine
