// How requests are brought into the form that they have on the tape: without secrets, and without
// what may differ.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/matching/bindings.h"
#include "cassettes/matching/hash.h"
#include "cassettes/matching/lanes.h"
#include "cassettes/matching/pattern.h"
#include "cassettes/matching/rules.h"
#include "cassettes/redaction/redactor.h"
#include "cassettes/tape/interaction.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// A request as it would stand on the tape, and what is needed to find it there.
struct PreparedRequest {
  std::string redacted;   // empty where nothing is redacted
  std::string_view body;  // the request's own, or the redacted one
  Redactor::Found found;
  Renamed renamed;
  // What was renamed, by the values on the tape; once it is claimed, and where one stands for one.
  Bindings::Values stands_for;
  Bindings::Owned before;  // what it replaced, where the answer shows that
  std::uint64_t hash = 0;
  const RequestScan* scan = nullptr;  // of this thread; good until it prepares the next one
};

// Immutable.
class ReplayRules {
 public:
  ReplayRules(MatchRules match, Redactor redactor);

  const MatchRules& match() const { return match_; }
  bool renames() const { return match_.renames(); }
  bool redacts() const { return !redactor_.empty(); }
  // Of what is renamed inside texts; and with them what stands for secrets.
  const std::vector<Pattern>& patterns() const { return patterns_; }
  const std::vector<Pattern>& patterns_and_pseudonyms() const { return patterns_and_pseudonyms_; }

  PreparedRequest prepare(const Request& request) const;
  // What is renamed in an exchange of the tape. keys: of its tables.
  Renamed renamed_of(const Interaction& interaction, const KeySchemas& keys) const;

 private:
  MatchRules match_;
  Redactor redactor_;
  std::vector<Pattern> patterns_;
  std::vector<Pattern> patterns_and_pseudonyms_;
};

}  // namespace dynadeck::cassettes
