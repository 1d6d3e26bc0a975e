#include "cassettes/difference.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cassettes/json_text.h"
#include "cassettes/match_hash.h"

namespace dynadeck::cassettes {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLines = 20;
constexpr std::size_t kShownBytes = 120;

std::string print(const json& value) {
  return shortened(value.dump(-1, ' ', false, json::error_handler_t::replace), kShownBytes);
}

std::string member_path(const std::string& path, const std::string& name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char byte) {
    return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '-';
  });
  return plain ? path + "." + name : path + "['" + name + "']";
}

class Comparison {
 public:
  Comparison(std::string_view left, std::string_view right) : left_(left), right_(right) {}

  void values(const std::string& path, const json& asked, const json& recorded) {
    if (lines.size() >= kMostLines || same(asked, recorded)) return;
    if (asked.is_object() && recorded.is_object()) {
      objects(path, asked, recorded);
    } else if (asked.is_array() && recorded.is_array() && !is_set(path)) {
      arrays(path, asked, recorded);
    } else {
      lines.push_back(path + ": " + left_ + " " + print(asked) + ", " + right_ + " " +
                      print(recorded));
    }
  }

  std::vector<std::string> lines;

 private:
  static bool is_set(const std::string& path) {
    return path.ends_with(".SS") || path.ends_with(".NS") || path.ends_with(".BS");
  }

  // Under the name of its type a value means more than its text does: compare in an object.
  bool same(const json& asked, const json& recorded) const {
    if (asked == recorded) return true;
    return hash_value(asked.dump()) == hash_value(recorded.dump()) && asked.is_structured();
  }

  void objects(const std::string& path, const json& asked, const json& recorded) {
    for (const auto& [name, value] : asked.items()) {
      const auto other = recorded.find(name);
      if (other == recorded.end()) {
        lines.push_back(member_path(path, name) + ": " + left_ + " " + print(value) + ", " +
                        right_ + " nothing");
      } else if (!same(json{{name, value}}, json{{name, *other}})) {
        values(member_path(path, name), value, *other);
      }
    }
    for (const auto& [name, value] : recorded.items()) {
      if (!asked.contains(name)) {
        lines.push_back(member_path(path, name) + ": " + left_ + " nothing, " + right_ + " " +
                        print(value));
      }
    }
  }

  void arrays(const std::string& path, const json& asked, const json& recorded) {
    for (std::size_t i = 0; i < std::max(asked.size(), recorded.size()); ++i) {
      const std::string place = path + "[" + std::to_string(i) + "]";
      if (i >= recorded.size()) {
        lines.push_back(place + ": " + left_ + " " + print(asked[i]) + ", " + right_ + " nothing");
      } else if (i >= asked.size()) {
        lines.push_back(place + ": " + left_ + " nothing, " + right_ + " " + print(recorded[i]));
      } else {
        values(place, asked[i], recorded[i]);
      }
    }
  }

  const std::string left_;
  const std::string right_;
};

// Trees are destroyed by recursion: what is nested too deep is compared as text.
json parse(std::string_view body) {
  JsonCursor cursor(body);
  std::string_view raw;
  if (!cursor.value(raw)) return json(json::value_t::discarded);
  return json::parse(body.begin(), body.end(), nullptr, false);
}

}  // namespace

std::vector<std::string> differences(std::string_view asked, std::string_view recorded,
                                     std::string_view left_word, std::string_view right_word) {
  const json left = parse(asked);
  const json right = parse(recorded);
  if (left.is_discarded() || right.is_discarded()) {
    if (asked == recorded) return {};
    return {"$: " + std::string(left_word) + " " + shortened(asked, kShownBytes) + ", " +
            std::string(right_word) + " " + shortened(recorded, kShownBytes)};
  }
  Comparison comparison(left_word, right_word);
  comparison.values("$", left, right);
  if (comparison.lines.size() > kMostLines) comparison.lines.resize(kMostLines);
  return std::move(comparison.lines);
}

std::string shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return std::string(text.substr(0, bytes)) + "...";
}

}  // namespace dynadeck::cassettes
