// How two answers to one request differ, for a person who moves from one DynamoDB to another.
#pragma once

#include <string>
#include <vector>

#include "harness/seam/service.h"

namespace dynadeck {

struct ShadowDifference {
  std::string path;     // "status", "error", "Item.total.N"
  std::string primary;  // JSON, shortened; empty where there is nothing
  std::string shadow;
};

// At most 20 of them; none where the answers say the same.
//
// What two databases may well have differently is not looked at: dates, ids, ARNs, sizes, states of
// tables and indexes, and where a scan is after a page. Sets, the items of a scan or a batch, and
// lists of definitions may come in any order. docs/upstream.md has the list. Pure.
std::vector<ShadowDifference> shadow_differences(const Request& request, const Response& primary,
                                                 const Response& shadow);

}  // namespace dynadeck
