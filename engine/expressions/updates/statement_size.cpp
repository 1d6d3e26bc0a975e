// What an UpdateExpression weighs by itself.
//
// UpdateItem is held to 400 KB twice: the item that it leaves behind, and before that, the
// statement. Source: [seen] paritysuite/dynamodb-conformance, limits/itemSizeBySurface: measured to
// the byte in October 2026, in 22 of 33 regions.
#include "engine/expressions/updates/tree.h"

namespace dynadeck::engine {
namespace {

constexpr std::size_t kUpdateBytes = 3;
constexpr std::size_t kAssignmentBytes = 19;  // SET and ADD
constexpr std::size_t kRemovalBytes = 1;      // REMOVE and DELETE
constexpr std::size_t kTargetStepBytes = 4;   // each after the first
constexpr std::size_t kOperandPathBytes = 1;
constexpr std::size_t kOperandStepBytes = 14;
constexpr std::size_t kPlusBytes = 34;
constexpr std::size_t kMinusBytes = 37;
constexpr std::size_t kListAppendBytes = 37;
constexpr std::size_t kIfNotExistsBytes = 39;

std::size_t step_bytes(const PathStep& step) {
  return step.is_index ? std::to_string(step.index).size() : step.name.size();
}

std::size_t target_bytes(const DocumentPath& path) {
  std::size_t bytes = kTargetStepBytes * (path.steps.size() - 1);
  for (const PathStep& step : path.steps) bytes += step_bytes(step);
  return bytes;
}

std::size_t path_bytes(const DocumentPath& path) {
  std::size_t bytes = kOperandPathBytes + kOperandStepBytes * path.steps.size();
  for (const PathStep& step : path.steps) bytes += step_bytes(step);
  return bytes;
}

std::size_t function_bytes(UpdateOperand::Kind kind) {
  switch (kind) {
    case UpdateOperand::Kind::kPlus:
      return kPlusBytes;
    case UpdateOperand::Kind::kMinus:
      return kMinusBytes;
    case UpdateOperand::Kind::kListAppend:
      return kListAppendBytes;
    default:
      return kIfNotExistsBytes;
  }
}

std::size_t operand_bytes(const UpdateOperand& operand) {
  if (operand.kind == UpdateOperand::Kind::kPath) return path_bytes(operand.path);
  if (operand.kind == UpdateOperand::Kind::kLiteral) return ValueView(operand.literal).size_bytes();
  std::size_t bytes = function_bytes(operand.kind);
  for (const UpdateOperand& inner : operand.operands) bytes += operand_bytes(inner);
  return bytes;
}

}  // namespace

std::size_t statement_bytes(const UpdateTree& tree) {
  if (tree.is_legacy || tree.actions.empty()) return 0;
  std::size_t bytes = kUpdateBytes;
  for (const UpdateAction& action : tree.actions) {
    bytes += target_bytes(action.path);
    const bool assigns =
        action.kind == UpdateAction::Kind::kSet || action.kind == UpdateAction::Kind::kAdd;
    bytes += assigns ? kAssignmentBytes + operand_bytes(action.value) : kRemovalBytes;
  }
  return bytes;
}

}  // namespace dynadeck::engine
