// Keys as the store orders them. docs/formats/storage.md draws every form here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/values/key_schema.h"
#include "engine/values/value_view.h"

namespace dynadeck::engine {

// ---------------------------------------------------------------- pieces

void append_u32(std::string& out, std::uint32_t value);
void append_u64(std::string& out, std::uint64_t value);
std::uint32_t read_u32(std::string_view bytes);
std::uint64_t read_u64(std::string_view bytes);

// The hash of a key's values: the order of a Scan. Source: [peer] dynalite 4, observed there.
// values: S, N or B.
class KeyHash {
 public:
  KeyHash();
  void add(ValueView value);
  std::uint64_t finish();

 private:
  alignas(8) unsigned char context_[128];  // an MD5_CTX
};

// Bytes whose memcmp order is the order of S, N or B values; none is a prefix of another's.
void append_ordered(std::string& out, ValueView scalar);

// The beginning that a string or binary shares with all that begin with it: append_ordered without
// its end.
void append_ordered_prefix(std::string& out, ValueView text);

// The smallest string greater than all that begin with `prefix`; empty if there is none.
std::string after_prefix(std::string prefix);

// ---------------------------------------------------------------- whole keys

// table or index id, hash, partition part. key: has every partition attribute, with its type.
void append_partition(std::string& out, std::uint32_t id, const KeySchema& keys, ItemView key);
// The same of the partition attributes' values, in the key's order.
void append_partition(std::string& out, std::uint32_t id, std::span<const ValueView> values);

// The whole key of an item.
void append_item_key(std::string& out, std::uint32_t table_id, const KeySchema& keys, ItemView key);

// The whole key of an item's entry in an index. item: has the keys of the table and of the index.
void append_entry_key(std::string& out, std::uint32_t index_id, const KeySchema& index_keys,
                      const KeySchema& table_keys, ItemView item);

// What an entry key has after the index's own key.
void append_tie(std::string& out, const KeySchema& table_keys, ItemView item);

}  // namespace dynadeck::engine
