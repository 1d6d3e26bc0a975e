#include "engine/values/value_view.h"

#include "engine/values/decimal.h"

namespace dynadeck::engine {
namespace {

// One byte per member of a map or list, besides 3 for itself.
// Source: [doc] "DynamoDB item sizes and formats".
constexpr std::size_t kDocumentOverheadBytes = 3;

}  // namespace

std::size_t ValueView::count() const {
  std::size_t members = 0;
  if (type() == Type::kMap) {
    for (auto it = map().begin(); it != map().end(); ++it) ++members;
  } else {
    for (auto it = list().begin(); it != list().end(); ++it) ++members;
  }
  return members;
}

std::optional<ValueView> ValueView::find(std::string_view name) const {
  for (const MapEntry& entry : map()) {
    const int order = entry.name.compare(name);
    if (order == 0) return entry.value;
    if (order > 0) break;  // members are sorted
  }
  return std::nullopt;
}

std::optional<ValueView> ValueView::at(std::size_t position) const {
  for (const ValueView member : list()) {
    if (position-- == 0) return member;
  }
  return std::nullopt;
}

bool ValueView::set_contains(std::string_view member_payload) const {
  for (const ValueView member : list()) {
    if (member.string() == member_payload) return true;
  }
  return false;
}

std::size_t ValueView::size_bytes() const {
  switch (type()) {
    case Type::kString:
    case Type::kBinary:
      return string().size();
    case Type::kNumber:
      return decimal_size_bytes(string());
    case Type::kBool:
    case Type::kNull:
      return 1;
    case Type::kMap: {
      std::size_t bytes = kDocumentOverheadBytes;
      for (const MapEntry& entry : map()) bytes += 1 + entry.name.size() + entry.value.size_bytes();
      return bytes;
    }
    case Type::kList: {
      std::size_t bytes = kDocumentOverheadBytes;
      for (const ValueView member : list()) bytes += 1 + member.size_bytes();
      return bytes;
    }
    default: {
      std::size_t bytes = 0;
      for (const ValueView member : list()) bytes += member.size_bytes();
      return bytes;
    }
  }
}

std::size_t item_size_bytes(ItemView item) {
  std::size_t bytes = 0;
  for (const MapEntry& entry : item.map()) bytes += entry.name.size() + entry.value.size_bytes();
  return bytes;
}

}  // namespace dynadeck::engine
