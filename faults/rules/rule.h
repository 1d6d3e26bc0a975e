// A rule: which requests, when among them, and what happens to them.
//
// The room: rules as a whole. They are parsed and printed, put up on the board, and counted as they
// meet requests; the set that is in force decides which of them strike.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faults/effects/effect.h"
#include "faults/language/document.h"
#include "faults/language/schedule.h"
#include "faults/language/when.h"

namespace dynadeck::faults {

// What the ordinals of a request are counted over.
struct Counting {
  enum class By : std::uint8_t {
    kOrder,    // among the requests that the rule matched
    kLane,     // among those of one lane: an access key, a session or the value of a header
    kRequest,  // among those with the same operation, scope and canonical body
  };
  By by = By::kOrder;
  std::string lane = "access_key";  // "access_key", "session" or "header NAME"; for kLane only

  friend bool operator==(const Counting&, const Counting&) = default;
};

// A regular value; the effect is immutable and shared.
struct Rule {
  std::string name;
  bool enabled = true;
  When when;
  Schedule schedule;
  std::shared_ptr<const Effect> effect;
  At at = At::kBefore;
  Duration delay{0};            // of the answer that the effect makes
  std::optional<Duration> ttl;  // retires by itself so long after it became active
};

// A whole document. What is not given stays as it was where the document is applied.
struct RuleFile {
  std::optional<std::uint64_t> seed;
  std::optional<Counting> count;
  std::vector<Rule> rules;
};

// A document that changes rules which are up.
struct RulePatch {
  RuleFile file;  // its rules replace those of the same name, or are added
  std::vector<std::string> remove;
  std::vector<std::string> enable;
  std::vector<std::string> disable;
  bool reset_counters = false;
};

// A rule without a name is called rule-N by its place, from 1. Names are unique in a document.
// Everything that is wrong is reported, not the first only. A document that is a list is taken for
// its rules, one with a `fault` for a rule by itself.
Outcome<RuleFile, Problems> parse_rules(std::string_view text);
Outcome<RulePatch, Problems> parse_patch(std::string_view text);

// Every rule of the file; the problems name it.
Outcome<RuleFile, Problems> load_rules(const std::string& path);

// What parses to an equal rule. One line when dumped: the reproduction that goes into logs.
nlohmann::ordered_json print_rule(const Rule& rule);
nlohmann::ordered_json print_count(const Counting& counting);

}  // namespace dynadeck::faults
