#include "engine/expressions/conditions/key_condition.h"

#include <algorithm>
#include <utility>

#include "engine/messages/key_conditions.h"
#include "engine/messages/prefixes.h"

namespace dynadeck::engine {
namespace {

using Comparison = KeyCondition::Comparison;
using Term = KeyCondition::Term;

SortComparison sort_comparison(Comparison comparison) {
  switch (comparison) {
    case Comparison::kLess:
      return SortComparison::kLess;
    case Comparison::kLessOrEqual:
      return SortComparison::kLessOrEqual;
    case Comparison::kGreater:
      return SortComparison::kGreater;
    case Comparison::kGreaterOrEqual:
      return SortComparison::kGreaterOrEqual;
    case Comparison::kBetween:
      return SortComparison::kBetween;
    default:
      return SortComparison::kBeginsWith;
  }
}

// Whether the term's values fit the key attribute.
Status check_operands(const Term& term, const KeyAttribute& attribute) {
  if (term.comparison == Comparison::kNotIndexable) {
    return validation_error(messages::not_indexable());
  }
  for (const std::string& operand : term.operands) {
    const ValueView value(operand);
    if (value.type() != attribute.type) {
      return validation_error(messages::invalid_parameter(messages::condition_type_mismatch()));
    }
    if (value.type() != Type::kNumber && value.string().empty()) {
      return validation_error(
          messages::empty_key_value(attribute.name, value.type() == Type::kBinary));
    }
  }
  if (term.comparison == Comparison::kBeginsWith && attribute.type == Type::kNumber) {
    return validation_error(messages::invalid_parameter(messages::condition_type_mismatch()));
  }
  return Done{};
}

}  // namespace

KeyCondition::KeyCondition(std::vector<Term> terms) : terms_(std::move(terms)) {}

const Term* KeyCondition::find(std::string_view attribute) const {
  const auto found = std::find_if(terms_.begin(), terms_.end(),
                                  [&](const Term& term) { return term.attribute == attribute; });
  return found == terms_.end() ? nullptr : &*found;
}

Result<KeyRange> KeyCondition::bind(const KeyShape& shape) const {
  const std::size_t key_attributes = shape.partition.size() + shape.sort.size();
  if (terms_.size() > key_attributes) {
    return validation_error(messages::too_many_key_conditions(terms_.size(), key_attributes));
  }
  KeyRange range;
  std::size_t used = 0;
  for (const KeyAttribute& attribute : shape.partition) {
    const Term* term = find(attribute.name);
    if (term == nullptr) return validation_error(messages::key_condition_missing(attribute.name));
    if (Status status = check_operands(*term, attribute); !status.ok()) return status.error();
    if (term->comparison != Comparison::kEqual) {
      return validation_error(messages::key_condition_not_supported());
    }
    range.partition.emplace_back(term->operands.front());
    ++used;
  }
  const KeyAttribute* gap = nullptr;  // the first sort attribute without an equality
  for (const KeyAttribute& attribute : shape.sort) {
    const Term* term = find(attribute.name);
    if (term == nullptr) {
      if (gap == nullptr) gap = &attribute;
      continue;
    }
    if (gap != nullptr) {
      return validation_error(messages::range_key_gap(gap->name, attribute.name));
    }
    if (Status status = check_operands(*term, attribute); !status.ok()) return status.error();
    ++used;
    if (term->comparison == Comparison::kEqual) {
      range.sort_equal.emplace_back(term->operands.front());
      continue;
    }
    gap = &attribute;
    SortCondition condition{sort_comparison(term->comparison), ValueView(term->operands.front()),
                            ValueView()};
    if (term->operands.size() > 1) condition.second = ValueView(term->operands[1]);
    range.sort = condition;
  }
  if (used < terms_.size()) {
    const bool has_sort = !shape.sort.empty();
    if (!has_sort) return validation_error(messages::key_condition_not_supported());
    return validation_error(messages::key_condition_missing(shape.sort.front().name));
  }
  return range;
}

}  // namespace dynadeck::engine
