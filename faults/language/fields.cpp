#include "faults/language/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace dynadeck::faults {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t microseconds;
};
constexpr Unit kUnits[] = {
    {"us", 1}, {"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}, {"h", 3'600'000'000}};

// A year of microseconds stays far from overflow in any sum.
constexpr double kLongest = 366.0 * 24 * 3'600'000'000;

std::string kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
    case Node::Kind::kScalar:
      return "'" + (node.scalar.size() > 80 ? node.scalar.substr(0, 80) + "…" : node.scalar) + "'";
  }
  return {};
}

std::string joined(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) result += (result.empty() ? "" : ", ") + word;
  return result;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration::zero();
  const std::size_t unit_at = text.find_last_not_of("umsh") + 1;
  const std::optional<double> value = parse_number(text.substr(0, unit_at));
  for (const Unit& unit : kUnits) {
    if (!value || text.substr(unit_at) != unit.name) continue;
    const double microseconds = *value * static_cast<double>(unit.microseconds);
    if (microseconds < 0 || microseconds > kLongest) return std::nullopt;
    return Duration(std::llround(microseconds));
  }
  return std::nullopt;
}

std::string print_duration(Duration duration) {
  const std::int64_t microseconds = duration.count();
  const Unit* best = &kUnits[0];
  for (const Unit& unit : kUnits) {
    if (microseconds % unit.microseconds == 0) best = &unit;
  }
  return std::to_string(microseconds / best->microseconds) + std::string(best->name);
}

Fields::Fields(const Node& node, std::string path, Problems& problems)
    : node_(node), path_(std::move(path)), problems_(problems) {
  if (node.kind != Node::Kind::kMap && node.kind != Node::Kind::kNull) {
    report("found " + kind_name(node) + ", expected a map of names and values");
  }
}

std::string Fields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void Fields::report(const Node& at, std::string_view name, std::string text) {
  problems_.push_back({at.line, path_of(name), std::move(text)});
}

void Fields::report(std::string text) { problems_.push_back({node_.line, path_, std::move(text)}); }

const Node* Fields::raw(std::string_view name) {
  known_.emplace_back(name);
  const Node* found = node_.find(name);
  return found == nullptr || found->kind == Node::Kind::kNull ? nullptr : found;
}

std::optional<std::string> Fields::text(std::string_view name) {
  const Node* node = raw(name);
  if (node == nullptr) return std::nullopt;
  if (node->kind == Node::Kind::kScalar) return node->scalar;
  report(*node, name, "found " + kind_name(*node) + ", expected text");
  return std::nullopt;
}

std::vector<std::string> Fields::texts(std::string_view name) {
  const Node* node = raw(name);
  if (node == nullptr) return {};
  if (node->kind == Node::Kind::kScalar) return {node->scalar};
  std::vector<std::string> result;
  for (const Node& item : node->list) {
    if (item.kind != Node::Kind::kScalar) {
      report(item, name, "found " + kind_name(item) + ", expected text");
    }
    result.push_back(item.scalar);
  }
  if (result.empty()) report(*node, name, "expected text or a list of texts");
  return result;
}

std::optional<double> Fields::number(std::string_view name, double least, double most) {
  const Node* node = raw(name);
  if (node == nullptr) return std::nullopt;
  const auto value = node->kind == Node::Kind::kScalar ? parse_number(node->scalar) : std::nullopt;
  if (value && *value >= least && *value <= most) return value;
  const auto shown = [](double bound) { return nlohmann::json(bound).dump(); };
  report(*node, name,
         "found " + kind_name(*node) + ", expected a number from " + shown(least) + " to " +
             shown(most));
  return std::nullopt;
}

std::optional<std::uint64_t> Fields::count(std::string_view name, std::uint64_t least) {
  const Node* node = raw(name);
  if (node == nullptr) return std::nullopt;
  const auto value = node->kind == Node::Kind::kScalar ? parse_count(node->scalar) : std::nullopt;
  if (value && *value >= least) return value;
  report(*node, name,
         "found " + kind_name(*node) + ", expected a whole number from " + std::to_string(least));
  return std::nullopt;
}

std::vector<std::uint64_t> Fields::counts(std::string_view name) {
  const Node* node = raw(name);
  if (node == nullptr) return {};
  std::vector<Node> single;
  if (node->kind == Node::Kind::kScalar) single.push_back(*node);
  const std::vector<Node>& items = single.empty() ? node->list : single;
  std::vector<std::uint64_t> result;
  for (const Node& item : items) {
    const auto value = item.kind == Node::Kind::kScalar ? parse_count(item.scalar) : std::nullopt;
    if (!value) report(item, name, "found " + kind_name(item) + ", expected a whole number");
    result.push_back(value.value_or(0));
  }
  if (result.empty()) report(*node, name, "expected a whole number or a list of them");
  return result;
}

std::optional<Duration> Fields::duration(std::string_view name) {
  const Node* node = raw(name);
  if (node == nullptr) return std::nullopt;
  const auto value =
      node->kind == Node::Kind::kScalar ? parse_duration(node->scalar) : std::nullopt;
  if (!value) {
    report(*node, name,
           "found " + kind_name(*node) + ", expected a time with its unit, such as 250ms or 2s");
  }
  return value;
}

std::optional<bool> Fields::flag(std::string_view name) {
  const Node* node = raw(name);
  if (node == nullptr) return std::nullopt;
  if (node->kind == Node::Kind::kScalar && node->scalar == "true") return true;
  if (node->kind == Node::Kind::kScalar && node->scalar == "false") return false;
  report(*node, name, "found " + kind_name(*node) + ", expected true or false");
  return std::nullopt;
}

std::optional<std::size_t> Fields::word(std::string_view name,
                                        const std::vector<std::string>& words) {
  const Node* node = raw(name);
  if (node == nullptr) return std::nullopt;
  const auto found = node->kind == Node::Kind::kScalar
                         ? std::find(words.begin(), words.end(), node->scalar)
                         : words.end();
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  report(*node, name, "found " + kind_name(*node) + ", expected one of " + joined(words));
  return std::nullopt;
}

void Fields::finish() {
  for (const auto& [name, value] : node_.map) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    report(value, name, "is not known here; known are " + joined(known_));
  }
}

nlohmann::ordered_json to_json(const Node& node) {
  using Json = nlohmann::ordered_json;
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kList: {
      Json list = Json::array();
      for (const Node& item : node.list) list.push_back(to_json(item));
      return list;
    }
    case Node::Kind::kMap: {
      Json map = Json::object();
      for (const auto& [name, value] : node.map) map[name] = to_json(value);
      return map;
    }
    case Node::Kind::kScalar:
      break;
  }
  if (!node.quoted) {
    Json value = Json::parse(node.scalar, nullptr, false);
    if (value.is_number() || value.is_boolean() || value.is_null()) return value;
  }
  return node.scalar;
}

}  // namespace dynadeck::faults
