#include "engine/expressions/updates/update.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "engine/expressions/updates/tree.h"
#include "engine/messages/messages.h"
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

Type member_type(Type set) {
  if (set == Type::kNumberSet) return Type::kNumber;
  return set == Type::kBinarySet ? Type::kBinary : Type::kString;
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

// What one action comes to: a value to write, or a removal.
struct Write {
  const UpdateAction* action;
  std::optional<ValueView> value;  // nothing: remove
};

// Computes what the actions write, all from the item as it was before. *One thread.*
class Computation {
 public:
  Computation(const UpdateTree& tree, ItemView before) : tree_(tree), before_(before) {}

  // In the order in which DynamoDB reports: parents of the wrong kind; types; then from the last
  // section to the first, paths that lead nowhere and attributes that do not exist.
  Status run() {
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

  std::vector<Write>& writes() { return writes_; }

 private:
  // An operand's value; nothing where it does not exist or its number is out of range: then
  // `failure` says why. An error is a wrong type.
  using Computed = Result<std::optional<ValueView>>;

  static ApiError invalid_path() { return validation_error(messages::path_invalid_for_update()); }
  ApiError wrong_type() const {
    return validation_error(tree_.is_legacy ? messages::update_type_mismatch()
                                            : messages::operand_has_wrong_type());
  }

  ValueView keep(std::string encoded) {
    return ValueView(memory_.emplace_back(std::move(encoded)));
  }

  Status compute(std::size_t index) {
    const UpdateAction& action = tree_.actions[index];
    Write write{&action, std::nullopt};
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

  static void check_nesting(const UpdateAction& action, const std::optional<ValueView>& value,
                            std::optional<ApiError>& failure) {
    if (!value || action.path.steps.size() - 1 + nesting(*value) <= kMaxNesting) return;
    failure = validation_error(messages::nested_too_deep());
  }

  // ADD and DELETE.
  Computed combine(const UpdateAction& action) {
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

  Computed evaluate(const UpdateOperand& operand, std::optional<ApiError>& failure) {
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

  Computed evaluate_pair(const UpdateOperand& operand, std::optional<ApiError>& failure) {
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

  Status check_section(std::size_t section) const {
    for (const UpdateAction& action : tree_.actions) {
      if (action.section == section && !find_parent(before_, action.path)) return invalid_path();
    }
    for (std::size_t i = 0; i < tree_.actions.size(); ++i) {
      if (tree_.actions[i].section == section && failures_[i]) return *failures_[i];
    }
    return Done{};
  }

  const UpdateTree& tree_;
  ItemView before_;
  std::deque<std::string> memory_;
  std::vector<std::optional<ApiError>> failures_;  // by action
  std::vector<Write> writes_;
};

// Carries out writes into one top-level document. Positions in lists are those before the update:
// so what happens to a list's own elements waits until everything below is done.
class DocumentEditor {
 public:
  explicit DocumentEditor(ValueView before) : document_(decode(before)) {}

  void apply(const Write& write) {
    const std::vector<PathStep>& steps = write.action->path.steps;
    AttributeValue* parent = &document_;
    for (std::size_t i = 1; i + 1 < steps.size(); ++i) parent = child(*parent, steps[i]);
    const PathStep& last = steps.back();
    if (last.is_index) {
      lists_.push_back({parent, steps.size(), last.index, write.value});
    } else if (auto& members = std::get<Map>(parent->value); write.value) {
      members.insert_or_assign(last.name, decode(*write.value));
    } else {
      members.erase(last.name);
    }
  }

  std::string finish() {
    // The deepest list first: a list's change moves what is in it.
    std::stable_sort(lists_.begin(), lists_.end(), [](const ListWrite& a, const ListWrite& b) {
      return a.depth != b.depth ? a.depth > b.depth : a.list < b.list;
    });
    for (auto begin = lists_.begin(); begin != lists_.end();) {
      const auto end = std::find_if(begin, lists_.end(),
                                    [&](const ListWrite& w) { return w.list != begin->list; });
      rebuild(std::get<List>(begin->list->value), begin, end);
      begin = end;
    }
    return encode(document_);
  }

 private:
  struct ListWrite {
    AttributeValue* list;
    std::size_t depth;
    std::size_t index;
    std::optional<ValueView> value;  // nothing: remove
  };
  using Iterator = std::vector<ListWrite>::iterator;

  static AttributeValue* child(AttributeValue& parent, const PathStep& step) {
    if (step.is_index) return &std::get<List>(parent.value)[step.index];
    return &std::get<Map>(parent.value).find(step.name)->second;
  }

  // Elements set beyond the end are appended, in the order of their positions.
  static void rebuild(List& list, Iterator begin, Iterator end) {
    std::stable_sort(begin, end,
                     [](const ListWrite& a, const ListWrite& b) { return a.index < b.index; });
    std::vector<bool> removed(list.size(), false);
    List appended;
    for (auto write = begin; write != end; ++write) {
      if (write->index >= list.size()) {
        if (write->value) appended.push_back(decode(*write->value));
      } else if (write->value) {
        list[write->index] = decode(*write->value);
      } else {
        removed[write->index] = true;
      }
    }
    List rebuilt;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!removed[i]) rebuilt.push_back(std::move(list[i]));
    }
    std::move(appended.begin(), appended.end(), std::back_inserter(rebuilt));
    list = std::move(rebuilt);
  }

  AttributeValue document_;
  std::vector<ListWrite> lists_;
};

// The encoded value of one top-level attribute after its writes; empty if it is gone. A path's
// writes are all of one attribute.
std::string write_attribute(std::optional<ValueView> before, std::span<const Write> writes) {
  if (writes.front().action->path.steps.size() == 1) {
    return writes.front().value ? std::string(writes.front().value->encoded()) : std::string();
  }
  DocumentEditor editor(*before);
  for (const Write& write : writes) editor.apply(write);
  return editor.finish();
}

// Copies the item and puts the written attributes in their places, both in name order.
std::string merge(ItemView before, std::vector<Write>& writes) {
  std::stable_sort(writes.begin(), writes.end(), [](const Write& a, const Write& b) {
    return a.action->path.attribute() < b.action->path.attribute();
  });
  std::string after;
  after.reserve(before.encoded().size() + 64);
  ContainerWriter map(after, Type::kMap);
  const auto append = [&](std::string_view name, std::string_view encoded) {
    append_name(after, name);
    after += encoded;
  };
  const MapRange members = before.map();
  auto member = members.begin();
  for (auto begin = writes.begin(); begin != writes.end();) {
    const std::string& name = begin->action->path.attribute();
    const auto end = std::find_if(begin, writes.end(), [&](const Write& write) {
      return write.action->path.attribute() != name;
    });
    for (; member != members.end() && member->name < name; ++member) {
      append(member->name, member->value.encoded());
    }
    std::optional<ValueView> current;
    if (member != members.end() && member->name == name) {
      current = member->value;
      ++member;
    }
    const std::string value = write_attribute(current, std::span(begin, end));
    if (!value.empty()) append(name, value);
    begin = end;
  }
  for (; member != members.end(); ++member) append(member->name, member->value.encoded());
  map.finish();
  return after;
}

}  // namespace

void UpdateTree::index_paths() {
  if (actions.empty()) return;
  std::vector<DocumentPath> paths;
  paths.reserve(actions.size());
  for (const UpdateAction& action : actions) paths.push_back(action.path);
  touched.emplace(std::move(paths));
}

Update::Update() : tree_(std::make_shared<const UpdateTree>()) {}

Update::Update(std::unique_ptr<const UpdateTree> tree) : tree_(std::move(tree)) {}

namespace {

// What an action gives to that top-level attribute; nullptr where none does.
const UpdateOperand* find_assignment(const UpdateTree& tree, std::string_view attribute) {
  for (const UpdateAction& action : tree.actions) {
    if (action.path.steps.size() != 1 || action.path.attribute() != attribute) continue;
    return action.kind == UpdateAction::Kind::kRemove ? nullptr : &action.value;
  }
  return nullptr;
}

std::optional<Type> static_type(const UpdateOperand& operand) {
  switch (operand.kind) {
    case UpdateOperand::Kind::kLiteral:
      if (operand.literal.empty()) return std::nullopt;
      return ValueView(operand.literal).type();
    case UpdateOperand::Kind::kPlus:
    case UpdateOperand::Kind::kMinus:
      return Type::kNumber;
    case UpdateOperand::Kind::kListAppend:
      return Type::kList;
    case UpdateOperand::Kind::kIfNotExists:
      return static_type(operand.operands.back());
    case UpdateOperand::Kind::kPath:
      break;
  }
  return std::nullopt;
}

}  // namespace

Status Update::check_keys(std::span<const std::string_view> key_names) const {
  for (const UpdateAction& action : tree_->actions) {
    const std::string& name = action.path.attribute();
    if (std::find(key_names.begin(), key_names.end(), name) != key_names.end()) {
      return validation_error(messages::cannot_update_key(name));
    }
  }
  return Done{};
}

std::optional<ValueView> Update::assigned(std::string_view attribute) const {
  const UpdateOperand* value = find_assignment(*tree_, attribute);
  if (value == nullptr || value->kind != UpdateOperand::Kind::kLiteral) return std::nullopt;
  return ValueView(value->literal);
}

std::optional<Type> Update::assigned_type(std::string_view attribute) const {
  const UpdateOperand* value = find_assignment(*tree_, attribute);
  return value == nullptr ? std::nullopt : static_type(*value);
}

std::size_t Update::statement_bytes() const { return engine::statement_bytes(*tree_); }

Result<std::string> Update::apply(ItemView before) const {
  if (tree_->actions.empty()) return std::string(before.encoded());
  Computation computation(*tree_, before);
  if (Status status = computation.run(); !status.ok()) return status.error();
  return merge(before, computation.writes());
}

bool Update::creates_item() const { return tree_->creates_item; }

std::span<const std::string> Update::attributes() const {
  return tree_->touched ? tree_->touched->attributes() : std::span<const std::string>();
}

const Projection* Update::touched() const { return tree_->touched ? &*tree_->touched : nullptr; }

}  // namespace dynadeck::engine
