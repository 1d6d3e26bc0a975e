#include "engine/expressions/updates/update.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/expressions/updates/computation.h"
#include "engine/expressions/updates/tree.h"
#include "engine/expressions/updates/writes.h"
#include "engine/messages/expressions.h"

namespace dynadeck::engine {
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

void UpdateTree::index_paths() {
  if (actions.empty()) return;
  std::vector<DocumentPath> paths;
  paths.reserve(actions.size());
  for (const UpdateAction& action : actions) paths.push_back(action.path);
  touched.emplace(std::move(paths));
}

Update::Update() : tree_(std::make_shared<const UpdateTree>()) {}

Update::Update(std::unique_ptr<const UpdateTree> tree) : tree_(std::move(tree)) {}

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
  UpdateComputation computation(*tree_, before);
  if (Status status = computation.run(); !status.ok()) return status.error();
  return apply_writes(before, computation.writes());
}

bool Update::creates_item() const { return tree_->creates_item; }

std::span<const std::string> Update::attributes() const {
  return tree_->touched ? tree_->touched->attributes() : std::span<const std::string>();
}

const Projection* Update::touched() const { return tree_->touched ? &*tree_->touched : nullptr; }

}  // namespace dynadeck::engine
