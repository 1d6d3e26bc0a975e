#include "engine/expressions/document_path.h"

namespace dynadeck::engine {

std::string DocumentPath::to_string() const {
  std::string text = "[";
  for (const PathStep& step : steps) {
    if (text.size() > 1) text += ", ";
    if (step.is_index) {
      text.append("[").append(std::to_string(step.index)).append("]");
    } else {
      text += step.name;
    }
  }
  text += "]";
  return text;
}

std::optional<ValueView> find_value(ItemView item, const DocumentPath& path) {
  if (item.encoded().empty()) return std::nullopt;
  std::optional<ValueView> value = item;
  for (const PathStep& step : path.steps) {
    if (step.is_index) {
      if (value->type() != Type::kList) return std::nullopt;
      value = value->at(step.index);
    } else {
      if (value->type() != Type::kMap) return std::nullopt;
      value = value->find(step.name);
    }
    if (!value) return std::nullopt;
  }
  return value;
}

}  // namespace dynadeck::engine
