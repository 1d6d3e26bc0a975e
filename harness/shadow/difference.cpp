#include "harness/shadow/difference.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace dynadeck {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxDifferences = 20;
constexpr std::size_t kMaxValueBytes = 300;

template <std::size_t kSize>
bool is_one_of(std::string_view name, const std::array<std::string_view, kSize>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Members that no two databases share; nor do they share ARNs and the times at which they did
// something.
constexpr std::array<std::string_view, 10> kIncomparable = {
    "TableId",     "LatestStreamLabel", "TableSizeBytes", "ItemCount",      "IndexSizeBytes",
    "TableStatus", "IndexStatus",       "Backfilling",    "WarmThroughput", "TableClassSummary"};
// Below these, names are the user's own.
constexpr std::array<std::string_view, 5> kUserData = {"Item", "Items", "Attributes", "Responses",
                                                       "ItemCollectionKey"};
constexpr std::array<std::string_view, 3> kSets = {"SS", "NS", "BS"};
constexpr std::array<std::string_view, 5> kUnorderedLists = {
    "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "NonKeyAttributes",
    "Tags"};

std::string shortened(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= kMaxValueBytes) return text;
  const std::size_t left_out = text.size() - kMaxValueBytes;
  text.resize(kMaxValueBytes);
  return text + "... (" + std::to_string(left_out) + " bytes more)";
}

class Comparison {
 public:
  Comparison(Operation operation, std::vector<ShadowDifference>& found)
      : any_order_(operation == Operation::kScan || operation == Operation::kBatchGetItem),
        found_(found) {}

  void compare(const std::string& path, const Json& primary, const Json& shadow, bool user_data) {
    if (found_.size() >= kMaxDifferences || primary == shadow) return;
    if (primary.is_object() && shadow.is_object()) {
      compare_objects(path, primary, shadow, user_data);
    } else if (primary.is_array() && shadow.is_array()) {
      compare_arrays(path, primary, shadow, user_data);
    } else {
      add(path, shortened(primary), shortened(shadow));
    }
  }

  void add(const std::string& path, std::string primary, std::string shadow) {
    if (found_.size() < kMaxDifferences) {
      found_.push_back({path, std::move(primary), std::move(shadow)});
    }
  }

 private:
  void compare_objects(const std::string& path, const Json& primary, const Json& shadow,
                       bool user_data) {
    for (const auto& [name, value] : primary.items()) {
      const std::string where = path.empty() ? name : path + "." + name;
      if (skipped(name, user_data)) continue;
      const bool below = user_data || is_one_of(name, kUserData);
      const auto other = shadow.find(name);
      if (other == shadow.end()) {
        add(where, shortened(value), "");
      } else if (unordered(name, value, *other, below)) {
        compare(where, sorted(value), sorted(*other), below);
      } else {
        compare(where, value, *other, below);
      }
    }
    for (const auto& [name, value] : shadow.items()) {
      if (primary.contains(name) || skipped(name, user_data)) continue;
      add(path.empty() ? name : path + "." + name, "", shortened(value));
    }
  }

  void compare_arrays(const std::string& path, const Json& primary, const Json& shadow,
                      bool user_data) {
    if (primary.size() != shadow.size()) {
      add(path, std::to_string(primary.size()) + " elements",
          std::to_string(shadow.size()) + " elements");
    }
    const std::size_t both = std::min(primary.size(), shadow.size());
    for (std::size_t index = 0; index < both; ++index) {
      compare(path + "[" + std::to_string(index) + "]", primary[index], shadow[index], user_data);
    }
  }

  // A scan's pages end where each database's own order has put them.
  bool skipped(std::string_view name, bool user_data) const {
    if (user_data) return false;
    if (name.ends_with("Arn") || name.ends_with("DateTime")) return true;
    return is_one_of(name, kIncomparable) || (any_order_ && name == "LastEvaluatedKey");
  }

  bool unordered(std::string_view name, const Json& primary, const Json& shadow, bool below) const {
    if (!primary.is_array() || !shadow.is_array()) return false;
    if (!below) return is_one_of(name, kUnorderedLists);
    // In user data a list (L) keeps its order; what else is an array there holds items.
    return is_one_of(name, kSets) || (any_order_ && name != "L");
  }

  static Json sorted(Json list) {
    std::sort(list.begin(), list.end(),
              [](const Json& left, const Json& right) { return left.dump() < right.dump(); });
    return list;
  }

  const bool any_order_;
  std::vector<ShadowDifference>& found_;
};

}  // namespace

std::vector<ShadowDifference> shadow_differences(const Request& request, const Response& primary,
                                                 const Response& shadow) {
  std::vector<ShadowDifference> found;
  Comparison comparison(request.operation, found);
  if (primary.status != shadow.status) {
    comparison.add("status", std::to_string(primary.status), std::to_string(shadow.status));
  }
  if (primary.error_code != shadow.error_code) {
    comparison.add("error", primary.error_code, shadow.error_code);
    return found;
  }
  const Json left = Json::parse(primary.body, nullptr, false);
  const Json right = Json::parse(shadow.body, nullptr, false);
  if (left.is_discarded() || right.is_discarded()) {
    if (primary.body != shadow.body) {
      comparison.add("body", shortened(primary.body), shortened(shadow.body));
    }
  } else {
    comparison.compare("", left, right, false);
  }
  return found;
}

}  // namespace dynadeck
