// One rule of what is replaced by a pseudonym before it is written, as it is given and stored.
#pragma once

#include <string>

namespace dynadeck::cassettes {

// Exactly one is set.
struct RedactionRule {
  std::string path;       // "$.Item.email", "$..password"
  std::string attribute;  // name of an attribute, at any depth
  std::string pattern;    // POSIX extended regular expression, or a name (uuid, email, ...)

  friend bool operator==(const RedactionRule&, const RedactionRule&) = default;
};

}  // namespace dynadeck::cassettes
