// The only door to RocksDB: column families, atomic batches, snapshots, cursors.
//
// This room keeps bytes under keys, on disk or in memory: how keys are ordered, how RocksDB is set
// up, whose folder it is, and the older states that reads may ask for. It knows no tables.
//
// Failures of the disk are logged in full here and answered InternalServerError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/messages/api_error.h"

namespace rocksdb {
class Iterator;
class Snapshot;
class WriteBatch;
}  // namespace rocksdb

namespace dynadeck::engine {

// The column families, drawn in docs/formats/storage.md.
enum class Family : std::uint8_t {
  kCatalog,
  kItems,
  kIndexEntries,
  kStreamRecords,
  kExpiries,
  kTokens,
  kCounters,
};
inline constexpr std::size_t kFamilies = 7;

// What an acknowledged write has survived: a killed process, or a killed machine.
enum class Durability : std::uint8_t { kWal, kSync };

struct StoreOptions {
  std::string directory;  // ignored in memory
  bool in_memory = false;
  Durability durability = Durability::kWal;
};

// The state of the whole store at one moment; keeps that state readable while it lives.
using Snapshot = std::shared_ptr<const rocksdb::Snapshot>;

// The bytes that a read found, without a copy where RocksDB has them in its cache. Reused from read
// to read. *One thread.*
class PinnedValue {
 public:
  PinnedValue();
  ~PinnedValue();
  PinnedValue(const PinnedValue&) = delete;
  PinnedValue& operator=(const PinnedValue&) = delete;

  std::string_view view() const;
  void reset();

 private:
  friend class Store;
  // A rocksdb::PinnableSlice, which is too costly for the heap on every read.
  alignas(std::max_align_t) std::byte storage_[128];
};

class Store;

// Changes that happen together or not at all. *One thread.*
class Batch {
 public:
  explicit Batch(const Store& store);
  ~Batch();
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;

  void put(Family family, std::string_view key, std::string_view value);
  void erase(Family family, std::string_view key);
  void erase_range(Family family, std::string_view from, std::string_view until);  // half-open
  // Adds to the counters of a table or index.
  void add_to_counter(std::uint32_t id, std::int64_t items, std::int64_t bytes);
  bool empty() const;
  void clear();
  std::size_t size_bytes() const;

 private:
  friend class Store;
  const Store* store_;
  std::unique_ptr<rocksdb::WriteBatch> batch_;
};

struct KeySpan {
  std::string from;   // included
  std::string until;  // excluded; empty: to the end of the family
};

// A walk over a range of keys, at one moment's state. *One thread.*
class Cursor {
 public:
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;
  ~Cursor();

  void seek_first();
  void seek_last();
  void seek(std::string_view key);         // the first key at or after it
  void seek_before(std::string_view key);  // the last key before it
  void next();
  void previous();
  bool valid() const;
  std::string_view key() const;
  std::string_view value() const;
  // Fails where the walk ended because the disk did.
  Status status() const;

 private:
  friend class Store;
  struct State;
  explicit Cursor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

enum class Access : std::uint8_t {
  kPartition,  // the range lies in one partition: filters skip files without it
  kRange,      // across partitions
  kBulk,       // as kRange, and too large to be worth caching
};

// *Synchronized.*
class Store {
 public:
  // Fails with one line for people: another format version, foreign files, locked by another
  // process, not writable.
  static Outcome<std::unique_ptr<Store>, std::string> open(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Whether the key is there. snapshot: nullptr reads the newest state.
  Result<bool> get(Family family, std::string_view key, PinnedValue& value,
                   const Snapshot& snapshot = nullptr) const;
  Cursor cursor(Family family, KeySpan span, Access access,
                const Snapshot& snapshot = nullptr) const;
  Status commit(Batch& batch);
  Snapshot snapshot() const;

  // The counters of a table or index: items and bytes.
  Result<std::pair<std::int64_t, std::int64_t>> counter(std::uint32_t id) const;

  // Merges all files of all families: for tests and -optimizeDbBeforeStartup.
  void compact();

  // RocksDB's own figures, by RocksDB's property names.
  std::vector<std::pair<std::string, std::uint64_t>> figures() const;

 private:
  friend class Batch;
  struct Database;
  explicit Store(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace dynadeck::engine
