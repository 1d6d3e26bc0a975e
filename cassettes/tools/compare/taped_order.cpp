#include "cassettes/tools/compare/taped_order.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cassettes/json/tree.h"
#include "cassettes/matching/hash.h"

namespace dynadeck::cassettes {
namespace {

using nlohmann::json;

struct Unordered {
  std::string_view list;
  std::string_view identity;
};
constexpr std::array kUnordered = {Unordered{"AttributeDefinitions", "AttributeName"},
                                   Unordered{"GlobalSecondaryIndexes", "IndexName"},
                                   Unordered{"LocalSecondaryIndexes", "IndexName"},
                                   Unordered{"NonKeyAttributes", ""},
                                   Unordered{"Streams", "TableName"},
                                   Unordered{"Tags", "Key"}};

std::uint64_t identity_of(const json& element, std::string_view member) {
  const auto found = element.is_object() ? element.find(member) : element.end();
  return hash_value(print_tree(found == element.end() ? element : *found)).value_or(0);
}

}  // namespace

std::optional<std::string_view> identity_in(std::string_view list) {
  for (const Unordered& unordered : kUnordered) {
    if (unordered.list == list) return unordered.identity;
  }
  return std::nullopt;
}

json in_order_of(const json& taped, json other, std::string_view identity) {
  std::unordered_multimap<std::uint64_t, std::size_t> places;
  for (std::size_t i = 0; i < other.size(); ++i) places.emplace(identity_of(other[i], identity), i);
  std::vector<std::optional<std::size_t>> order;
  for (const json& element : taped) {
    const auto found = places.find(identity_of(element, identity));
    order.push_back(found == places.end() ? std::nullopt : std::optional(found->second));
    if (found != places.end()) places.erase(found);
  }
  std::vector<std::size_t> left;
  for (const auto& [hash, place] : places) left.push_back(place);
  std::sort(left.begin(), left.end());
  auto next = left.begin();
  json sorted = json::array();
  for (const std::optional<std::size_t>& place : order) {
    if (place) {
      sorted.push_back(std::move(other[*place]));
    } else if (next != left.end()) {
      sorted.push_back(std::move(other[*next++]));
    }
  }
  while (next != left.end()) sorted.push_back(std::move(other[*next++]));
  return sorted;
}

void reorder(const std::string& list, const json& taped, json& other) {
  const auto from = taped.find(list);
  const auto to = other.find(list);
  if (from == taped.end() || to == other.end() || !from->is_array() || !to->is_array()) return;
  *to = in_order_of(*from, std::move(*to), "");
}

}  // namespace dynadeck::cassettes
