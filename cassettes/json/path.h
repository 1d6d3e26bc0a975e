// Places inside JSON documents: how rules name them, and how text is rewritten at them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynadeck::cassettes {

// One step on the way from the document's root to a value.
struct Place {
  std::string name;         // of a member
  std::int64_t index = -1;  // of an element; -1 for a member
};
using Places = std::span<const Place>;
// ".Item.at.S", ".Keys[0].id.S"
std::string text_of(Places places);

// "$.Item.createdAt", "$.TransactItems[*].Put.Item.id", "$..ttl", "$.Item['a b']", "$.Keys[0]".
//
// The wrappers of attribute values need not be named: "$.Item.address.street" goes through the M of
// address. Immutable.
class JsonPath {
 public:
  // Nothing where the text is no path.
  static std::optional<JsonPath> parse(std::string_view text);

  bool matches(Places places) const { return matches_from(0, places); }
  // Whether the value or something around it matches.
  bool matches_around(Places places) const;

  // What follows the first member that holds an item in a request or an answer: of "$.Item.email"
  // it is "$.email". Nothing where the path names no such member.
  std::optional<JsonPath> within_item() const;

  // The last member's name; empty where the path ends with an index or a wildcard.
  std::string last_name() const;

 private:
  enum class Kind : std::uint8_t { kName, kAny, kIndex, kDescend };
  struct Step {
    Kind kind;
    std::string name;
    std::int64_t index = 0;
  };

  bool matches_from(std::size_t step, Places places) const;

  std::vector<Step> steps_;
};

// What becomes of a value that a rewrite passes.
enum class Rewrite : std::uint8_t { kKeep, kReplace, kDrop };

// Called for every value, containers before what is in them. raw: the text of a scalar; empty for
// containers. kReplace takes `replacement` for it.
using Visit = std::function<Rewrite(Places places, std::string_view raw, std::string& replacement)>;

// Called for every member's name before its value. places: where the object is. True: `replacement`
// is taken for it; the value's places have the old name all the same.
using VisitName =
    std::function<bool(Places places, std::string_view name, std::string& replacement)>;

// Appends the document with the visited changes; names and scalars that are kept stay byte for
// byte, white space between them goes. prune: also drop containers that are empty then. False, with
// `out` in any state, where the text is not JSON.
bool rewrite_json(std::string_view text, const Visit& visit, std::string& out, bool prune = false);
bool rewrite_json(std::string_view text, const Visit& visit, const VisitName& visit_name,
                  std::string& out, bool prune = false);

}  // namespace dynadeck::cassettes
