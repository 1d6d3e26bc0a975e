// What may differ between a request and its recording.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cassettes/json_path.h"
#include "cassettes/options.h"
#include "cassettes/pattern.h"
#include "harness/result.h"

namespace dynadeck::cassettes {

// A value that was replaced in a request before matching: where it stood, and what it was.
using Renamed = std::vector<std::pair<std::string, std::string>>;  // by place

class Bindings;

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
                     const Bindings* known = nullptr) const;

  // The body as it is compared: without what is ignored, with "<any>" for what is renamed.
  std::string compared(std::string_view operation, std::string_view body,
                       const Bindings* known = nullptr) const;

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
               const Bindings* known, std::string& out) const;

  std::vector<Rule> rules_;
  bool renames_ = false;
};

// Which value of the replay stands for which value on the tape. One thread at a time.
class Bindings {
 public:
  using Values = std::unordered_map<std::string, std::string>;

  // How well a request's values can stand for the recorded ones.
  enum class Fit : std::uint8_t {
    kNot,          // there are more of one than of the other
    kContradicts,  // both stand for something else, as two times within one second do
    kTakesOver,    // a new value in the place of one that was played before: a repeat
    kExact,        // as before, or for the first time
  };
  Fit fit(const Renamed& asked, const Renamed& recorded) const;
  void bind(const Renamed& asked, const Renamed& recorded);
  void bind(const std::string& recorded, const std::string& asked);

  bool empty() const { return live_.empty(); }
  // What the value of a replay stands for; null where it is new.
  const std::string* taped(const std::string& value) const;
  // The same of all of them; nothing where one is new.
  std::optional<std::vector<std::string>> taped(const Renamed& asked) const;

  // The body with every bound value replaced by the one that stands for it now: whole strings, and
  // matches of the patterns inside strings. first: values by those on the tape, which come first.
  std::string apply(std::string body, const std::vector<Pattern>& patterns,
                    const Values& first = {}) const;
  // The other way: a request's body with the values on the tape.
  std::string revert(std::string body, const std::vector<Pattern>& patterns) const;

 private:
  Values live_;                              // by the value on the tape
  Values taped_;                             // by the value in the replay
  std::unordered_set<std::uint64_t> pairs_;  // all that were ever bound, by their hash
};

}  // namespace dynadeck::cassettes
