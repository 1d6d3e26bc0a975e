// The table and index that a body names, without building a tree of it.
#pragma once

#include <string_view>
#include <vector>

namespace dynadeck::faults {

// One pass over a request's body. Borrows from the body. Names that hold escapes come out as they
// stand (DynamoDB's names need none); a body that is not JSON yields what was met before the error.
class BodyScan {
 public:
  BodyScan() = default;
  explicit BodyScan(std::string_view body);

  // The table's name where an ARN was given; each once, in the order met.
  const std::vector<std::string_view>& tables() const { return tables_; }
  std::string_view index() const { return index_; }

 private:
  friend class BodyScanner;
  std::vector<std::string_view> tables_;
  std::string_view index_;
};

}  // namespace dynadeck::faults
