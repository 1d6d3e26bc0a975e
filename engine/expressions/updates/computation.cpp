#include "engine/expressions/updates/computation.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "engine/messages/expressions.h"
#include "engine/messages/values.h"
#include "engine/values/decimal.h"
#include "engine/values/value_writer.h"
#include "engine/wire/item_reader.h"

namespace dynadeck::engine {
namespace {

// The parent of what a path names; the item itself for a top-level attribute.
std::optional<ValueView> find_parent(ItemView item, const DocumentPath& path) {
  if (path.steps.size() == 1) return item;
  DocumentPath parent = path;
  parent.steps.pop_back();
  return find_value(item, parent);
}

bool takes(ValueView parent, const PathStep& step) {
  return parent.type() == (step.is_index ? Type::kList : Type::kMap);
}

// Levels of maps and lists in a value, itself included.
std::size_t nesting(ValueView value) {
  std::size_t deepest = 0;
  if (value.type() == Type::kMap) {
    for (const MapEntry& member : value.map()) deepest = std::max(deepest, nesting(member.value));
  } else if (value.type() == Type::kList) {
    for (const ValueView element : value.list()) deepest = std::max(deepest, nesting(element));
  }
  return deepest + 1;
}

std::string encode_set(Type type, const std::vector<std::string_view>& members) {
  std::string encoded;
  ContainerWriter set(encoded, type);
  for (const std::string_view member : members) append_scalar(encoded, member_type(type), member);
  set.finish();
  return encoded;
}

std::vector<std::string_view> members_of(ValueView set) {
  std::vector<std::string_view> members;
  for (const ValueView member : set.list()) members.push_back(member.string());
  return members;
}

std::string unite(ValueView left, ValueView right) {
  const auto a = members_of(left);
  const auto b = members_of(right);
  std::vector<std::string_view> both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return encode_set(left.type(), both);
}

// Empty text where nothing is left.
std::string subtract_set(ValueView left, ValueView right) {
  const auto a = members_of(left);
  const auto b = members_of(right);
  std::vector<std::string_view> rest;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
  return rest.empty() ? std::string() : encode_set(left.type(), rest);
}

std::string append_lists(ValueView left, ValueView right) {
  std::string encoded;
  ContainerWriter list(encoded, Type::kList);
  for (const ValueView element : left.list()) encoded += element.encoded();
  for (const ValueView element : right.list()) encoded += element.encoded();
  list.finish();
  return encoded;
}

Result<std::string> add_numbers(ValueView left, ValueView right, bool minus) {
  const Decimal a = Decimal::from_encoded(left.string());
  const Decimal b = Decimal::from_encoded(right.string());
  const Result<Decimal> sum = minus ? subtract(a, b) : add(a, b);
  if (!sum.ok()) return sum.error();
  std::string encoded;
  append_scalar(encoded, Type::kNumber, sum->encoded());
  return encoded;
}

ApiError invalid_path() { return validation_error(messages::path_invalid_for_update()); }

void check_nesting(const UpdateAction& action, const std::optional<ValueView>& value,
                   std::optional<ApiError>& failure) {
  if (!value || action.path.steps.size() - 1 + nesting(*value) <= kMaxNesting) return;
  failure = validation_error(messages::nested_too_deep());
}

}  // namespace

Status UpdateComputation::run() {
  for (const UpdateAction& action : tree_.actions) {
    const std::optional<ValueView> parent = find_parent(before_, action.path);
    if (parent && !takes(*parent, action.path.steps.back())) return invalid_path();
  }
  failures_.resize(tree_.actions.size());
  for (std::size_t i = 0; i < tree_.actions.size(); ++i) {
    if (Status status = compute(i); !status.ok()) return status;
  }
  for (std::size_t section = tree_.sections; section-- > 0;) {
    if (Status status = check_section(section); !status.ok()) return status;
  }
  return Done{};
}

ApiError UpdateComputation::wrong_type() const {
  return validation_error(tree_.is_legacy ? messages::update_type_mismatch()
                                          : messages::operand_has_wrong_type());
}

ValueView UpdateComputation::keep(std::string encoded) {
  return ValueView(memory_.emplace_back(std::move(encoded)));
}

Status UpdateComputation::compute(std::size_t index) {
  const UpdateAction& action = tree_.actions[index];
  UpdateWrite write{&action, std::nullopt};
  if (action.kind == UpdateAction::Kind::kSet) {
    Computed value = evaluate(action.value, failures_[index]);
    if (!value.ok()) return value.error();
    write.value = value.value();
    check_nesting(action, write.value, failures_[index]);
  } else if (action.kind != UpdateAction::Kind::kRemove) {
    Computed value = combine(action);
    if (!value.ok()) return value.error();
    write.value = value.value();
  }
  writes_.push_back(write);
  return Done{};
}

// ADD and DELETE.
UpdateComputation::Computed UpdateComputation::combine(const UpdateAction& action) {
  const ValueView operand(action.value.literal);
  const std::optional<ValueView> current = find_value(before_, action.path);
  const bool is_add = action.kind == UpdateAction::Kind::kAdd;
  if (!current) return is_add ? Computed(operand) : Computed(std::nullopt);
  if (current->type() != operand.type()) return wrong_type();
  if (!is_add) {
    std::string rest = subtract_set(*current, operand);
    if (rest.empty()) return std::optional<ValueView>();
    return std::optional(keep(std::move(rest)));
  }
  if (operand.type() == Type::kList) return std::optional(keep(append_lists(*current, operand)));
  if (operand.type() != Type::kNumber) return std::optional(keep(unite(*current, operand)));
  Result<std::string> sum = add_numbers(*current, operand, false);
  if (!sum.ok()) return sum.error();
  return std::optional(keep(std::move(sum).value()));
}

UpdateComputation::Computed UpdateComputation::evaluate(const UpdateOperand& operand,
                                                        std::optional<ApiError>& failure) {
  switch (operand.kind) {
    case UpdateOperand::Kind::kLiteral:
      return std::optional(ValueView(operand.literal));
    case UpdateOperand::Kind::kPath: {
      const std::optional<ValueView> value = find_value(before_, operand.path);
      if (!value) failure = validation_error(messages::attribute_not_found());
      return value;
    }
    case UpdateOperand::Kind::kIfNotExists: {
      const std::optional<ValueView> value = find_value(before_, operand.operands[0].path);
      if (value) return value;
      return evaluate(operand.operands[1], failure);
    }
    default:
      return evaluate_pair(operand, failure);
  }
}

UpdateComputation::Computed UpdateComputation::evaluate_pair(const UpdateOperand& operand,
                                                             std::optional<ApiError>& failure) {
  const bool lists = operand.kind == UpdateOperand::Kind::kListAppend;
  const Type wanted = lists ? Type::kList : Type::kNumber;
  Computed left = evaluate(operand.operands[0], failure);
  if (!left.ok()) return left;
  if (left.value() && left.value()->type() != wanted) return wrong_type();
  Computed right = evaluate(operand.operands[1], failure);
  if (!right.ok()) return right;
  if (right.value() && right.value()->type() != wanted) return wrong_type();
  if (!left.value() || !right.value()) return std::optional<ValueView>();
  if (lists) return std::optional(keep(append_lists(*left.value(), *right.value())));
  const bool minus = operand.kind == UpdateOperand::Kind::kMinus;
  Result<std::string> sum = add_numbers(*left.value(), *right.value(), minus);
  if (!sum.ok()) {
    failure = sum.error();
    return std::optional<ValueView>();
  }
  return std::optional(keep(std::move(sum).value()));
}

Status UpdateComputation::check_section(std::size_t section) const {
  for (const UpdateAction& action : tree_.actions) {
    if (action.section == section && !find_parent(before_, action.path)) return invalid_path();
  }
  for (std::size_t i = 0; i < tree_.actions.size(); ++i) {
    if (tree_.actions[i].section == section && failures_[i]) return *failures_[i];
  }
  return Done{};
}

}  // namespace dynadeck::engine
