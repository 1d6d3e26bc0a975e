// The table and index that a body names, without building a tree of it.
//
// The room: what can be seen of a request, quickly enough for every request: its tables and keys,
// which attempt of an SDK's call it is, and what it asks as one number. It knows no rules.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "harness/seam/service.h"

namespace dynadeck::faults {

// One pass over a request's body. Borrows from the body. Names that hold escapes come out as they
// stand (DynamoDB's names need none); a body that is not JSON yields what was met before the error.
class BodyScan {
 public:
  BodyScan() = default;
  explicit BodyScan(std::string_view body);
  // Goes no further than the request's operation has names to give.
  explicit BodyScan(const Request& request);

  // The table's name where an ARN was given; each once, in the order met.
  std::span<const std::string_view> tables() const {
    if (!many_.empty()) return many_;
    return std::span(&one_, has_one_ ? 1 : 0);
  }
  std::string_view index() const { return index_; }

 private:
  friend class BodyScanner;
  void add(std::string_view table);

  bool has_one_ = false;
  std::string_view one_;
  std::vector<std::string_view> many_;  // all, where there are more
  std::string_view index_;
};

}  // namespace dynadeck::faults
