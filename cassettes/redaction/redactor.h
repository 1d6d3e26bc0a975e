// Secrets become pseudonyms before they reach a tape.
//
// The room: what must not stand on a tape, and what stands there for it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cassettes/json/path.h"
#include "cassettes/matching/pattern.h"
#include "cassettes/redaction/pseudonyms.h"
#include "cassettes/redaction/rule.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// Replaces what its rules name. The same value gets the same pseudonym under the same salt, in
// requests as in responses: joins still work, and a replay redacts what it is asked before it looks
// for it. A body that holds nothing of the kind stays as it is, to the byte. Immutable.
class Redactor {
 public:
  // salt: hexadecimal. The error names the rule that cannot be used.
  static Outcome<Redactor, std::string> make(const std::vector<RedactionRule>& rules,
                                             const std::string& salt);
  // 32 hexadecimal digits from the machine's entropy.
  static std::string fresh_salt();

  bool empty() const { return !any_; }

  // What was replaced: original and pseudonym.
  using Found = std::vector<std::pair<std::string, std::string>>;

  // The request without secrets. An attribute is also recognised where an expression compares it
  // with, or sets it to, a placeholder. A body that is not JSON is replaced as a whole.
  std::string request(std::string_view body, Found& found) const;
  // The response without secrets; those found in its request are replaced wherever they stand. What
  // a path names in items is also named in the keys and images of stream records.
  std::string response(std::string_view body, const Found& found_in_request) const;

 private:
  class Rewriting;

  std::string replacement_of(std::string_view raw, std::string_view type, Found* found) const;
  std::string without_patterns(std::string_view text, Found* found, bool& changed) const;
  bool named(Places places) const;
  std::string hidden(std::string_view body) const;
  bool may_concern(std::string_view body) const;
  std::vector<std::string> secret_placeholders(std::string_view body) const;

  bool any_ = false;
  Pseudonyms pseudonyms_;
  std::vector<JsonPath> paths_;
  std::vector<JsonPath> item_paths_;  // the same within items: for the images of stream records
  std::vector<std::string> attributes_;
  std::vector<std::string> expression_names_;  // attributes, and what paths end with
  bool names_tell_ = true;  // where none of these names stands, there is nothing to redact
  std::vector<Pattern> patterns_;
};

}  // namespace dynadeck::cassettes
