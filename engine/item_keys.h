// Whether keys fit a table and its indexes.
#pragma once

#include "engine/api_error.h"
#include "engine/attribute_value.h"
#include "engine/schema.h"

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

// Whether the index has an entry for the item: it has all attributes of the index's key, of the
// right types. Items that are older than the index may have others.
bool is_indexed(const Index& index, ItemView item);

// Appends the encoded item with those attributes of the keys that `item` has.
void append_key_attributes(std::string& out, const KeySchema& keys, ItemView item);

}  // namespace dynadeck::engine
