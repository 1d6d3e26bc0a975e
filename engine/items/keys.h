// Whether keys fit a table and its indexes.
#pragma once

#include <span>
#include <string>

#include "engine/expressions/updates/update.h"
#include "engine/messages/api_error.h"
#include "engine/tables/schema.h"
#include "engine/values/value_view.h"

namespace dynadeck::engine {

// A Key: all attributes of the schema, no others, of the right types and sizes.
Status check_key(const KeySchema& keys, ItemView key);

// An Item to be put: it has the table's key, and fits the indexes where it has their attributes.
Status check_item(const TableDefinition& table, ItemView item);

// The same of an Item in BatchWriteItem, which has other words for a key that does not fit.
Status check_batch_item(const TableDefinition& table, ItemView item);

// Whether none of the key attributes that are there is an empty string or binary: a transaction is
// refused for that, not cancelled.
Status check_not_empty(const KeySchema& keys, ItemView key);

// The item that an update makes: its index attributes fit. before: as it was; attributes that have
// not changed are not looked at.
Status check_updated_item(const TableDefinition& table, ItemView before, ItemView after);

// Whether no expression leads into an attribute of a key, of the table or an index: these are
// scalars. nested: the attributes that paths lead into.
Status check_scalar_keys(const TableDefinition& table, std::span<const std::string> nested);

// Calls check(index) for the table's indexes in the order in which DynamoDB looks at them, global
// ones first, until one fails. Source: [seen] the index that is named where both kinds have the
// key.
template <typename Check>
Status check_indexes(const TableDefinition& table, const Check& check) {
  for (const IndexKind kind : {IndexKind::kGlobal, IndexKind::kLocal}) {
    for (const Index& index : table.indexes) {
      if (index.kind != kind) continue;
      if (Status checked = check(index); !checked.ok()) return checked;
    }
  }
  return Done{};
}

// What shows of an update in the request already: whether values that it gives to attributes of
// index keys have these attributes' types, and are not empty. The rest shows in check_updated_item.
// Source: [peer] dynalite 4; [seen] which of the two cancels a transaction, and which refuses it.
Status check_assigned_types(const TableDefinition& table, const Update& update);
Status check_assigned_not_empty(const TableDefinition& table, const Update& update);

// The same as check_not_empty of the attributes of index keys in an item to be put.
Status check_index_keys_not_empty(const TableDefinition& table, ItemView item);

// Whether the index has an entry for the item: it has all attributes of the index's key, of the
// right types. Items that are older than the index may have others.
bool is_indexed(const Index& index, ItemView item);

}  // namespace dynadeck::engine
