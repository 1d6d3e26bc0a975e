// What may differ between a request and its recording.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cassettes/json_path.h"
#include "cassettes/options.h"
#include "cassettes/pattern.h"
#include "harness/result.h"

namespace dynadeck::cassettes {

// A value that was replaced in a request before matching: where it stood, and what it was.
using Renamed = std::vector<std::pair<std::string, std::string>>;  // by place

// Prepares requests for matching. Immutable.
class MatchRules {
 public:
  MatchRules() = default;
  // The error names the rule that cannot be used.
  static Outcome<MatchRules, std::string> make(const std::vector<MatchRule>& rules);

  bool empty() const { return rules_.empty(); }
  // Whether values may be renamed, so that equal hashes are not all there is to a match.
  bool renames() const { return renames_; }

  // The match hash of a request under these rules. renamed: filled where given.
  std::uint64_t hash(std::string_view operation, std::string_view account, std::string_view region,
                     std::string_view body, Renamed* renamed = nullptr) const;

  // The patterns of the rules, to find values inside longer texts.
  std::vector<Pattern> patterns() const;

 private:
  struct Rule {
    MatchRule source;
    std::optional<JsonPath> ignore;
    std::optional<JsonPath> rename_path;
    std::optional<Pattern> rename_pattern;
    std::optional<JsonPath> only;
  };

  std::vector<const Rule*> rules_for(std::string_view operation, std::string_view body) const;

  std::vector<Rule> rules_;
  bool renames_ = false;
};

// Which value of the replay stands for which value on the tape. One thread at a time.
class Bindings {
 public:
  // Whether the request's values can stand for the recorded ones without contradiction.
  bool fit(const Renamed& asked, const Renamed& recorded) const;
  void bind(const Renamed& asked, const Renamed& recorded);
  void bind(const std::string& recorded, const std::string& asked);

  bool empty() const { return live_.empty(); }
  // The body with every bound value replaced by the one that stands for it now: whole strings, and
  // matches of the patterns inside strings.
  std::string apply(std::string body, const std::vector<Pattern>& patterns) const {
    return replaced(std::move(body), patterns, live_);
  }
  // The other way: a request's body with the values on the tape.
  std::string revert(std::string body, const std::vector<Pattern>& patterns) const {
    return replaced(std::move(body), patterns, taped_);
  }

 private:
  using Values = std::unordered_map<std::string, std::string>;
  static std::string replaced(std::string body, const std::vector<Pattern>& patterns,
                              const Values& values);

  Values live_;   // by the value on the tape
  Values taped_;  // by the value in the replay
};

}  // namespace dynadeck::cassettes
