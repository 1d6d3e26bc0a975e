// What may differ between a request and its recording.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/json/path.h"
#include "cassettes/matching/pattern.h"
#include "cassettes/matching/placed_items.h"
#include "cassettes/matching/rule.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// A value that was replaced in a request before matching.
struct RenamedValue {
  std::string place;  // where it stood: ".Item.id.S"
  std::string value;
  PlacedItems::Owner owner{};  // on the tape, where that was found out
  bool refused = false;        // so was the request, and nothing came to stand anywhere
};
using Renamed = std::vector<RenamedValue>;  // by place

// Whether it looks like a time: "2026-01-01T00:00:00Z", 1767225600, 1767225600000. Many things have
// one time, so that one that was seen before says little about what is asked.
bool is_time(std::string_view value);
// The values that tell requests apart: those that are no times; all, where there is nothing else.
std::vector<std::string> identifying(const Renamed& renamed);

// What a value stands for on the tape; null where it stands for nothing.
using Known = std::function<const std::string*(const std::string& value)>;

// The rules, and those that every tape is matched with unless they are there already: SDKs draw a
// ClientRequestToken for a transaction that is given none, so it is not compared.
std::vector<MatchRule> with_usual_rules(std::vector<MatchRule> rules);

// Prepares requests for matching. Immutable.
class MatchRules {
 public:
  MatchRules() = default;
  // The error names the rule that cannot be used.
  static Outcome<MatchRules, std::string> make(const std::vector<MatchRule>& rules);

  bool empty() const { return rules_.empty(); }
  // Whether there are rules for requests of that operation.
  bool concern(std::string_view operation) const;
  // Whether values may be renamed, so that equal hashes are not all there is to a match.
  bool renames() const { return renames_; }

  // The match hash of a request under these rules. renamed: filled where given. known: what no rule
  // renames is put back as it is on the tape, where it stands for something there.
  std::uint64_t hash(std::string_view operation, std::string_view account, std::string_view region,
                     std::string_view body, Renamed* renamed = nullptr,
                     const Known& known = {}) const;

  // The body as it is compared: without what is ignored, with "<any>" for what is renamed.
  std::string compared(std::string_view operation, std::string_view body,
                       const Known& known = {}) const;

  // The patterns of the rules, to find values inside longer texts.
  std::vector<Pattern> patterns() const;

 private:
  // What a rule says of names. Requests that no rule concerns ask it too: it is quick.
  class Glob {
   public:
    explicit Glob(std::string text);  // empty: every name
    bool empty() const { return text_.empty(); }
    bool fits(std::string_view name) const;

   private:
    std::string text_;
    bool plain_;
  };
  struct Rule {
    Glob operation, table;
    std::optional<JsonPath> ignore;
    std::optional<JsonPath> rename_path;
    std::optional<Pattern> rename_pattern;
    std::optional<JsonPath> only;
  };

  std::vector<const Rule*> rules_for(std::string_view operation, std::string_view body) const;
  // False where nothing is to be changed.
  bool rewrite(std::string_view operation, std::string_view body, Renamed* renamed,
               const Known& known, std::string& out) const;

  std::vector<Rule> rules_;
  bool renames_ = false;
};

}  // namespace dynadeck::cassettes
