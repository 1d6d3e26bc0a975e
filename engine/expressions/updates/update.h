// A compiled update: from an UpdateExpression, from AttributeUpdates or from PartiQL.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/expressions/projection.h"
#include "engine/messages/api_error.h"
#include "engine/values/value_view.h"

namespace dynadeck::engine {

struct UpdateTree;  // expressions/updates/tree.h

// *Immutable*; cheap to copy, for copies share the tree.
class Update {
 public:
  // An update without any action: UpdateItem without update parameters only makes sure that the
  // item exists.
  Update();
  explicit Update(std::unique_ptr<const UpdateTree> tree);

  // Second phase, once the table is known: refuses to touch an attribute of the table's key.
  // key_names: of the table's key, not of its indexes'.
  Status check_keys(std::span<const std::string_view> key_names) const;

  // The literal that the update gives to that top-level attribute, or adds to it or deletes from
  // it; nothing where it computes the value or leaves the attribute alone.
  std::optional<ValueView> assigned(std::string_view attribute) const;
  // The type of what the update gives to that top-level attribute, where it shows in the request.
  std::optional<Type> assigned_type(std::string_view attribute) const;

  // What an UpdateExpression is charged against the limit of an item's size, whatever item it
  // meets; 0 for AttributeUpdates. In bytes.
  std::size_t statement_bytes() const;

  // The encoded item after the update.
  //
  // before: the item as it is; if it does not exist, an item of its key attributes alone.
  // All operands are read from `before`, then all actions happen. Fails with DynamoDB's texts where
  // an operand has the wrong type or does not exist, where a path leads nowhere, and where a sum
  // leaves the range of numbers. The size of the result is the caller's to check.
  Result<std::string> apply(ItemView before) const;

  // Whether applying it to an item that does not exist makes one. Only an AttributeUpdates with
  // nothing but DELETE does not.
  bool creates_item() const;

  // Top-level attributes that the update writes, sorted, each once.
  std::span<const std::string> attributes() const;

  // What UPDATED_OLD and UPDATED_NEW show of the item before and after; null if there is no action.
  const Projection* touched() const;

 private:
  std::shared_ptr<const UpdateTree> tree_;
};

}  // namespace dynadeck::engine
