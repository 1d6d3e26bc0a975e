// The values that an update writes, and why it cannot write them.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "engine/expressions/updates/tree.h"
#include "engine/expressions/updates/writes.h"
#include "engine/messages/api_error.h"
#include "engine/values/value_view.h"

namespace dynadeck::engine {

// Computes what the actions write, all from the item as it was before. *One thread.*
class UpdateComputation {
 public:
  // Both are borrowed and outlive this.
  UpdateComputation(const UpdateTree& tree, ItemView before) : tree_(tree), before_(before) {}

  // In the order in which DynamoDB reports: parents of the wrong kind; types; then from the last
  // section to the first, paths that lead nowhere and attributes that do not exist.
  Status run();

  // One per action, after run(); their values live as long as this.
  std::vector<UpdateWrite>& writes() { return writes_; }

 private:
  // An operand's value; nothing where it does not exist or its number is out of range: then
  // `failure` says why. An error is a wrong type.
  using Computed = Result<std::optional<ValueView>>;

  Status compute(std::size_t index);
  Computed combine(const UpdateAction& action);
  Computed evaluate(const UpdateOperand& operand, std::optional<ApiError>& failure);
  Computed evaluate_pair(const UpdateOperand& operand, std::optional<ApiError>& failure);
  Status check_section(std::size_t section) const;
  ApiError wrong_type() const;
  ValueView keep(std::string encoded);

  const UpdateTree& tree_;
  ItemView before_;
  std::deque<std::string> memory_;
  std::vector<std::optional<ApiError>> failures_;  // by action
  std::vector<UpdateWrite> writes_;
};

}  // namespace dynadeck::engine
