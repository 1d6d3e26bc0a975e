// One rule of what may differ between a request and its recording, as it is given and stored.
#pragma once

#include <string>

namespace dynadeck::cassettes {

// Empty conditions match all.
struct MatchRule {
  std::string operation;  // "PutItem", or a glob
  std::string table;      // a glob
  std::string ignore;     // a path ("$.Item.createdAt", "$..ttl"): not compared at all
  std::string normalise;  // a path, or a pattern's name: compared up to a consistent renaming
  std::string only;       // a path: with one or more of these, nothing else is compared
};

}  // namespace dynadeck::cassettes
