#include "cassettes/matching/difference.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "cassettes/json/tree.h"
#include "cassettes/matching/hash.h"

namespace dynadeck::cassettes {
namespace {

using nlohmann::json;

// Of a text whose first difference is far behind its start: so much of what is before it.
constexpr std::size_t kShownBefore = 40;

std::string print(const json& value, std::size_t bytes) {
  return shortened(print_tree(value), bytes);
}

std::string member_path(const std::string& path, const std::string& name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char byte) {
    return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '-';
  });
  return plain ? path + "." + name : path + "['" + name + "']";
}

std::string element_path(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

bool is_set_type(std::string_view name) { return name == "SS" || name == "NS" || name == "BS"; }

// Whether it looks like an attribute value: one member, named after its type.
bool is_attribute_value(const json& value) {
  constexpr std::array<std::string_view, 10> kTypes = {"S",  "N", "B", "SS",   "NS",
                                                       "BS", "M", "L", "NULL", "BOOL"};
  return value.is_object() && value.size() == 1 &&
         std::find(kTypes.begin(), kTypes.end(), value.begin().key()) != kTypes.end();
}

std::uint64_t hash_of(const json& value) { return hash_value(print_tree(value)).value_or(0); }

class Comparison {
 public:
  // Stops looking where there are more than `most` places.
  Comparison(std::string_view left, std::string_view right, const DifferenceLimits& limits,
             std::size_t most)
      : left_(left), right_(right), limits_(limits), most_(most) {}

  void values(const std::string& path, const json& asked, const json& recorded) {
    if (count_ > most_ || same(asked, recorded)) return;
    const bool other_type = is_attribute_value(asked) && is_attribute_value(recorded) &&
                            asked.begin().key() != recorded.begin().key();
    if (asked.is_object() && recorded.is_object() && !other_type) {
      objects(path, asked, recorded);
    } else if (asked.is_array() && recorded.is_array()) {
      arrays(path, asked, recorded);
    } else if (asked.is_string() && recorded.is_string()) {
      texts(path, asked.get<std::string>(), recorded.get<std::string>());
    } else {
      add(path, &asked, &recorded);
    }
  }

  std::size_t count() const { return count_; }

  std::vector<std::string> take_lines() {
    if (count_ > lines_.size()) {
      lines_.push_back("and " + std::to_string(count_ - lines_.size()) + " places more");
    }
    return std::move(lines_);
  }

 private:
  // Under the name of its type a value means more than its text does: compare in an object.
  static bool same(const json& asked, const json& recorded) {
    if (asked == recorded) return true;
    return asked.is_structured() && hash_of(asked) == hash_of(recorded);
  }

  std::string shown(const json* value) const {
    return value == nullptr ? "nothing" : print(*value, limits_.value_bytes);
  }

  // Counts a place; says whether there is room for its line.
  bool has_room() { return ++count_ <= limits_.lines; }

  void add_line(const std::string& path, const std::string& left, const std::string& right) {
    std::string line = path + ": ";
    if (!left.empty()) line.append(left);
    if (!left.empty() && !right.empty()) line += ", ";
    lines_.push_back(line + right);
  }

  // Null: nothing is there.
  void add(const std::string& path, const json* asked, const json* recorded) {
    if (!has_room()) return;
    add_line(path, left_ + " " + shown(asked), right_ + " " + shown(recorded));
  }

  void texts(const std::string& path, const std::string& asked, const std::string& recorded) {
    const auto differs =
        std::mismatch(asked.begin(), asked.end(), recorded.begin(), recorded.end()).first;
    auto start = static_cast<std::size_t>(differs - asked.begin());
    const bool fits = std::max(asked.size(), recorded.size()) <= limits_.value_bytes;
    start = fits || start <= 2 * kShownBefore ? 0 : start - kShownBefore;
    while (start > 0 && (static_cast<unsigned char>(asked[start]) & 0xC0) == 0x80) --start;
    const std::string before = start == 0 ? "" : "...";
    const json left = before + asked.substr(start);
    const json right = before + recorded.substr(start);
    add(path, &left, &right);
  }

  void objects(const std::string& path, const json& asked, const json& recorded) {
    for (const auto& [name, value] : asked.items()) {
      const auto other = recorded.find(name);
      if (other == recorded.end()) {
        add(member_path(path, name), &value, nullptr);
      } else if (!same(json{{name, value}}, json{{name, *other}})) {
        const bool sets = is_set_type(name) && value.is_array() && other->is_array();
        sets ? members(member_path(path, name), name, value, *other)
             : values(member_path(path, name), value, *other);
      }
    }
    for (const auto& [name, value] : recorded.items()) {
      if (!asked.contains(name)) add(member_path(path, name), nullptr, &value);
    }
  }

  // What only one of two sets has.
  void members(const std::string& path, const std::string& type, const json& asked,
               const json& recorded) {
    const auto only_in = [&](const json& set, const json& other) {
      std::unordered_set<std::uint64_t> known;
      for (const json& member : other) known.insert(hash_of(json{{type, {member}}}));
      json only = json::array();
      for (const json& member : set) {
        if (!known.contains(hash_of(json{{type, {member}}}))) only.push_back(member);
      }
      return only;
    };
    const json left = only_in(asked, recorded);
    const json right = only_in(recorded, asked);
    // A member that is there twice.
    if (left.empty() && right.empty()) return add(path, &asked, &recorded);
    if (!has_room()) return;
    add_line(path, left.empty() ? "" : "only " + left_ + " " + shown(&left),
             right.empty() ? "" : "only " + right_ + " " + shown(&right));
  }

  // What both begin and end with is left out, so that an element too many is one difference.
  void arrays(const std::string& path, const json& asked, const json& recorded) {
    const std::size_t shorter = std::min(asked.size(), recorded.size());
    std::size_t start = 0;
    while (start < shorter && same(asked[start], recorded[start])) ++start;
    std::size_t behind = 0;
    const auto last = [&](const json& list) -> const json& {
      return list[list.size() - 1 - behind];
    };
    while (behind < shorter - start && same(last(asked), last(recorded))) ++behind;
    const std::size_t asked_end = asked.size() - behind;
    const std::size_t recorded_end = recorded.size() - behind;
    for (std::size_t i = start; i < std::max(asked_end, recorded_end); ++i) {
      if (i < asked_end && i < recorded_end) {
        values(element_path(path, i), asked[i], recorded[i]);
      } else {
        add(element_path(path, i), i < asked_end ? &asked[i] : nullptr,
            i < recorded_end ? &recorded[i] : nullptr);
      }
    }
  }

  const std::string left_;
  const std::string right_;
  const DifferenceLimits limits_;
  const std::size_t most_;
  std::size_t count_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> differences(std::string_view asked, std::string_view recorded,
                                     std::string_view left_word, std::string_view right_word,
                                     const DifferenceLimits& limits) {
  const json left = parse_tree(asked);
  const json right = parse_tree(recorded);
  if (left.is_discarded() || right.is_discarded()) {
    if (asked == recorded) return {};
    return {"$: " + std::string(left_word) + " " + shortened(asked, limits.value_bytes) + ", " +
            std::string(right_word) + " " + shortened(recorded, limits.value_bytes)};
  }
  Comparison comparison(left_word, right_word, limits, std::numeric_limits<std::size_t>::max());
  comparison.values("$", left, right);
  return comparison.take_lines();
}

std::size_t count_differences(std::string_view asked, std::string_view recorded, std::size_t most) {
  const json left = parse_tree(asked);
  const json right = parse_tree(recorded);
  if (left.is_discarded() || right.is_discarded()) return asked == recorded ? 0 : 1;
  Comparison comparison("", "", {0, 0}, most);
  comparison.values("$", left, right);
  return comparison.count();
}

std::string shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return std::string(text.substr(0, bytes)) + "...";
}

}  // namespace dynadeck::cassettes
