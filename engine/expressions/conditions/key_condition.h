// A compiled key condition: which stretch of a table or an index a query reads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/messages/api_error.h"
#include "engine/values/key_schema.h"
#include "engine/values/value_view.h"

namespace dynadeck::engine {

// The key of a table (one partition, at most one sort attribute) or of a global secondary index (up
// to four of each).
struct KeyShape {
  std::span<const KeyAttribute> partition;
  std::span<const KeyAttribute> sort;
};

enum class SortComparison : std::uint8_t {
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kBetween,  // both ends included
  kBeginsWith,
};

// What remains to be compared after the equal sort attributes.
struct SortCondition {
  SortComparison comparison;
  ValueView first;
  ValueView second;  // kBetween only
};

// The stretch: all entries with these partition values, whose first sort attributes are these, and
// whose next sort attribute meets the condition. Values belong to the KeyCondition.
struct KeyRange {
  std::vector<ValueView> partition;   // one per partition attribute, in the key's order
  std::vector<ValueView> sort_equal;  // for the first sort attributes
  std::optional<SortCondition> sort;  // for the one after them
};

// From a KeyConditionExpression, from KeyConditions or from PartiQL. *Immutable*.
class KeyCondition {
 public:
  enum class Comparison : std::uint8_t {
    kEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kBetween,
    kBeginsWith,
    // Only KeyConditions can say these; bind() refuses them.
    kNotIndexable,
  };
  struct Term {
    std::string attribute;
    Comparison comparison;
    std::vector<std::string> operands;  // encoded values
  };

  // terms: each attribute once, in the order written.
  explicit KeyCondition(std::vector<Term> terms);

  // Second phase, once the table or index is known. Fails with DynamoDB's texts where the key is
  // not covered, a condition is not possible on it, or a value is not of the attribute's type.
  Result<KeyRange> bind(const KeyShape& shape) const;

  std::span<const Term> terms() const { return terms_; }
  // Whether an attribute of that name is in the condition.
  const Term* find(std::string_view attribute) const;

 private:
  std::vector<Term> terms_;
};

}  // namespace dynadeck::engine
