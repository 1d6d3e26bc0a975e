#include "engine/expressions/conditions/condition.h"

#include <algorithm>
#include <compare>
#include <optional>

#include "engine/expressions/conditions/tree.h"
#include "engine/values/decimal.h"
#include "engine/values/value_writer.h"

namespace dynadeck::engine {
namespace {

using Kind = ConditionNode::Kind;

bool is_ordered(Type type) {
  return type == Type::kString || type == Type::kNumber || type == Type::kBinary;
}

// UTF-16 code units, as Java counts a string's length.
std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) ++length;  // begins a character
    if (byte >= 0xF0) ++length;           // beyond the basic plane: two units
  }
  return length;
}

// What size() gives for a value; nothing for numbers, booleans and null.
std::optional<std::size_t> size_of(ValueView value) {
  switch (value.type()) {
    case Type::kString:
      return utf16_length(value.string());
    case Type::kBinary:
      return value.string().size();
    case Type::kNumber:
    case Type::kBool:
    case Type::kNull:
      return std::nullopt;
    default:
      return value.count();
  }
}

// An operand's value for one item, with the memory for a computed one.
class OperandValue {
 public:
  OperandValue(const ConditionOperand& operand, ItemView item) {
    value_ = operand.is_path ? find_value(item, operand.path)
                             : std::optional(ValueView(operand.literal));
    if (operand.is_size && value_) measure();
  }
  OperandValue(const OperandValue&) = delete;
  OperandValue& operator=(const OperandValue&) = delete;

  explicit operator bool() const { return value_.has_value(); }
  const ValueView& operator*() const { return *value_; }
  const ValueView* operator->() const { return &*value_; }

 private:
  void measure() {
    const std::optional<std::size_t> size = size_of(*value_);
    value_.reset();
    if (!size) return;
    const Result<Decimal> number = Decimal::parse(std::to_string(*size));
    append_scalar(computed_, Type::kNumber, number->encoded());
    value_ = ValueView(computed_);
  }

  std::optional<ValueView> value_;
  std::string computed_;
};

// Nothing for values that have no order among each other.
std::optional<std::strong_ordering> order(ValueView left, ValueView right) {
  if (left.type() != right.type() || !is_ordered(left.type())) return std::nullopt;
  return left.string().compare(right.string()) <=> 0;
}

bool contains(ValueView whole, ValueView part) {
  const auto has_member = [&](Type member) {
    return part.type() == member && whole.set_contains(part.string());
  };
  switch (whole.type()) {
    case Type::kString:
    case Type::kBinary:
      return part.type() == whole.type() &&
             whole.string().find(part.string()) != std::string_view::npos;
    case Type::kStringSet:
      return has_member(Type::kString);
    case Type::kNumberSet:
      return has_member(Type::kNumber);
    case Type::kBinarySet:
      return has_member(Type::kBinary);
    case Type::kList: {
      const ListRange elements = whole.list();
      return std::any_of(elements.begin(), elements.end(),
                         [&](ValueView element) { return element == part; });
    }
    default:
      return false;
  }
}

bool begins_with(ValueView whole, ValueView part) {
  return whole.type() == part.type() &&
         (whole.type() == Type::kString || whole.type() == Type::kBinary) &&
         whole.string().starts_with(part.string());
}

class Evaluator {
 public:
  explicit Evaluator(ItemView item) : item_(item) {}

  bool matches(const ConditionNode& node) const {
    switch (node.kind) {
      case Kind::kOr:
        return std::any_of(node.children.begin(), node.children.end(),
                           [&](const ConditionNode& child) { return matches(child); });
      case Kind::kAnd:
        return std::all_of(node.children.begin(), node.children.end(),
                           [&](const ConditionNode& child) { return matches(child); });
      case Kind::kNot:
        return !matches(node.children.front());
      case Kind::kExists:
        return find_value(item_, node.operands.front().path).has_value();
      case Kind::kNotExists:
        return !find_value(item_, node.operands.front().path).has_value();
      case Kind::kBetween:
        return between(node);
      case Kind::kIn:
        return in(node);
      default:
        return two_operands(node);
    }
  }

 private:
  bool two_operands(const ConditionNode& node) const {
    const OperandValue left(node.operands[0], item_);
    const OperandValue right(node.operands[1], item_);
    if (!left || !right) return node.kind == Kind::kNotEqual;
    switch (node.kind) {
      case Kind::kEqual:
        return *left == *right;
      case Kind::kNotEqual:
        return !(*left == *right);
      case Kind::kBeginsWith:
        return begins_with(*left, *right);
      case Kind::kContains:
        return contains(*left, *right);
      case Kind::kAttributeType:
        return type_name(left->type()) == right->string();
      default:
        return ordered(node.kind, *left, *right);
    }
  }

  static bool ordered(Kind kind, ValueView left, ValueView right) {
    const auto relation = order(left, right);
    if (!relation) return false;
    switch (kind) {
      case Kind::kLess:
        return *relation < 0;
      case Kind::kLessOrEqual:
        return *relation <= 0;
      case Kind::kGreater:
        return *relation > 0;
      default:
        return *relation >= 0;
    }
  }

  bool between(const ConditionNode& node) const {
    const OperandValue value(node.operands[0], item_);
    const OperandValue low(node.operands[1], item_);
    const OperandValue high(node.operands[2], item_);
    return value && low && high && ordered(Kind::kGreaterOrEqual, *value, *low) &&
           ordered(Kind::kLessOrEqual, *value, *high);
  }

  bool in(const ConditionNode& node) const {
    const OperandValue value(node.operands[0], item_);
    if (!value) return false;
    return std::any_of(node.operands.begin() + 1, node.operands.end(),
                       [&](const ConditionOperand& operand) {
                         const OperandValue candidate(operand, item_);
                         return candidate && *candidate == *value;
                       });
  }

  ItemView item_;
};

void collect(const ConditionNode& node, ConditionTree& tree) {
  for (const ConditionOperand& operand : node.operands) {
    if (!operand.is_path) continue;
    tree.attributes.push_back(operand.path.attribute());
    if (operand.path.steps.size() > 1) tree.nested_attributes.push_back(operand.path.attribute());
  }
  for (const ConditionNode& child : node.children) collect(child, tree);
}

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

void index_attributes(ConditionTree& tree) {
  collect(tree.root, tree);
  sort_unique(tree.attributes);
  sort_unique(tree.nested_attributes);
}

Condition::Condition(std::unique_ptr<const ConditionTree> tree) : tree_(std::move(tree)) {}

bool Condition::matches(ItemView item) const { return Evaluator(item).matches(tree_->root); }

std::span<const std::string> Condition::attributes() const { return tree_->attributes; }

std::span<const std::string> Condition::nested_attributes() const {
  return tree_->nested_attributes;
}

}  // namespace dynadeck::engine
