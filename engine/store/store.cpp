#include "engine/store/store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstring>
#include <new>
#include <optional>

#include "engine/messages/tables.h"
#include "engine/store/data_directory.h"
#include "engine/store/options.h"

namespace dynadeck::engine {
namespace {

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view_of(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

ApiError disk_failure(const rocksdb::Status& status) {
  spdlog::error("storage: {}", status.ToString());
  return {"InternalServerError", messages::internal_server_error(), {}};
}

std::string open_failure(const std::string& directory, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  const std::string name = "data directory '" + directory + "'";
  if (text.find("LOCK") != std::string::npos || text.find("lock ") != std::string::npos) {
    return name + " is in use: another process holds " + directory + "/LOCK";
  }
  return name + " cannot be opened: " + text;
}

std::string counter_key(std::uint32_t id) {
  std::string key(4, '\0');
  for (int index = 0; index < 4; ++index) {
    key[static_cast<std::size_t>(index)] = static_cast<char>(id >> (24 - 8 * index));
  }
  return key;
}

constexpr std::size_t kCounterBytes = 2 * sizeof(std::int64_t);

}  // namespace

// ---------------------------------------------------------------- the database

struct Store::Database {
  std::unique_ptr<rocksdb::Env> memory;  // outlives db
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::WriteOptions write_options;

  ~Database() {
    for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  }

  // RocksDB's "default" comes first.
  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return handles[static_cast<std::size_t>(family) + 1];
  }
};

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::~Store() = default;

Outcome<std::unique_ptr<Store>, std::string> Store::open(const StoreOptions& options) {
  auto database = std::make_unique<Database>();
  std::string directory = options.directory;
  if (options.in_memory) {
    database->memory.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    directory = "/memory";
  } else if (auto claimed = claim_data_directory(directory); !claimed.ok()) {
    return claimed.error();
  }
  rocksdb::Env* env = options.in_memory ? database->memory.get() : rocksdb::Env::Default();

  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(database_options(options, env), directory, family_descriptors(options),
                        &database->handles, &db);
  if (!status.ok()) return open_failure(directory, status);
  database->db.reset(db);
  database->write_options.disableWAL = options.in_memory;
  database->write_options.sync = options.durability == Durability::kSync && !options.in_memory;
  return std::unique_ptr<Store>(new Store(std::move(database)));
}

Result<bool> Store::get(Family family, std::string_view key, PinnedValue& value,
                        const Snapshot& snapshot) const {
  value.reset();
  rocksdb::ReadOptions read;
  read.snapshot = snapshot.get();
  auto* pinned = reinterpret_cast<rocksdb::PinnableSlice*>(value.storage_);
  const rocksdb::Status status =
      database_->db->Get(read, database_->handle(family), slice(key), pinned);
  if (status.ok()) return true;
  if (status.IsNotFound()) return false;
  return disk_failure(status);
}

Status Store::commit(Batch& batch) {
  const rocksdb::Status status = database_->db->Write(database_->write_options, batch.batch_.get());
  if (!status.ok()) return disk_failure(status);
  return Done{};
}

Snapshot Store::snapshot() const {
  rocksdb::DB* db = database_->db.get();
  return {db->GetSnapshot(), [db](const rocksdb::Snapshot* held) { db->ReleaseSnapshot(held); }};
}

Result<std::pair<std::int64_t, std::int64_t>> Store::counter(std::uint32_t id) const {
  PinnedValue value;
  const Result<bool> found = get(Family::kCounters, counter_key(id), value);
  if (!found.ok()) return found.error();
  std::array<std::int64_t, 2> numbers{};
  if (found.value() && value.view().size() == kCounterBytes) {
    std::memcpy(numbers.data(), value.view().data(), kCounterBytes);
  }
  return std::pair(numbers[0], numbers[1]);
}

void Store::compact() {
  for (rocksdb::ColumnFamilyHandle* handle : database_->handles) {
    const rocksdb::Status status =
        database_->db->CompactRange(rocksdb::CompactRangeOptions(), handle, nullptr, nullptr);
    if (!status.ok()) spdlog::error("storage: compaction: {}", status.ToString());
  }
}

std::vector<std::pair<std::string, std::uint64_t>> Store::figures() const {
  constexpr std::array kProperties = {
      "rocksdb.estimate-num-keys",       "rocksdb.total-sst-files-size",
      "rocksdb.cur-size-all-mem-tables", "rocksdb.estimate-table-readers-mem",
      "rocksdb.num-snapshots",           "rocksdb.estimate-pending-compaction-bytes",
      "rocksdb.num-running-compactions", "rocksdb.num-running-flushes",
      "rocksdb.is-write-stopped",        "rocksdb.actual-delayed-write-rate",
  };
  std::vector<std::pair<std::string, std::uint64_t>> result;
  for (const char* property : kProperties) {
    std::uint64_t value = 0;
    if (database_->db->GetAggregatedIntProperty(property, &value)) {
      result.emplace_back(property, value);
    }
  }
  std::uint64_t cached = 0;  // one cache serves all families
  if (database_->db->GetIntProperty(database_->handle(Family::kItems), "rocksdb.block-cache-usage",
                                    &cached)) {
    result.emplace_back("rocksdb.block-cache-usage", cached);
  }
  return result;
}

// ---------------------------------------------------------------- values

static_assert(sizeof(rocksdb::PinnableSlice) <= sizeof(PinnedValue));

PinnedValue::PinnedValue() { new (storage_) rocksdb::PinnableSlice(); }

PinnedValue::~PinnedValue() {
  std::launder(reinterpret_cast<rocksdb::PinnableSlice*>(storage_))->~PinnableSlice();
}

std::string_view PinnedValue::view() const {
  return view_of(*std::launder(reinterpret_cast<const rocksdb::PinnableSlice*>(storage_)));
}

void PinnedValue::reset() {
  std::launder(reinterpret_cast<rocksdb::PinnableSlice*>(storage_))->Reset();
}

// ---------------------------------------------------------------- batches

Batch::Batch(const Store& store)
    : store_(&store), batch_(std::make_unique<rocksdb::WriteBatch>()) {}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;

// Filling a batch fails only where it has a size limit, and ours have none.
void Batch::put(Family family, std::string_view key, std::string_view value) {
  batch_->Put(store_->database_->handle(family), slice(key), slice(value)).PermitUncheckedError();
}

void Batch::erase(Family family, std::string_view key) {
  batch_->Delete(store_->database_->handle(family), slice(key)).PermitUncheckedError();
}

void Batch::erase_range(Family family, std::string_view from, std::string_view until) {
  batch_->DeleteRange(store_->database_->handle(family), slice(from), slice(until))
      .PermitUncheckedError();
}

void Batch::add_to_counter(std::uint32_t id, std::int64_t items, std::int64_t bytes) {
  std::array<char, kCounterBytes> operand;
  std::memcpy(operand.data(), &items, sizeof items);
  std::memcpy(operand.data() + sizeof items, &bytes, sizeof bytes);
  batch_
      ->Merge(store_->database_->handle(Family::kCounters), counter_key(id),
              rocksdb::Slice(operand.data(), operand.size()))
      .PermitUncheckedError();
}

bool Batch::empty() const { return batch_->Count() == 0; }
void Batch::clear() { batch_->Clear(); }
std::size_t Batch::size_bytes() const { return batch_->GetDataSize(); }

// ---------------------------------------------------------------- cursors

struct Cursor::State {
  KeySpan span;
  rocksdb::Slice lower;
  rocksdb::Slice upper;
  Snapshot snapshot;
  std::unique_ptr<rocksdb::Iterator> iterator;
};

Cursor::Cursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
Cursor::~Cursor() = default;

Cursor Store::cursor(Family family, KeySpan span, Access access, const Snapshot& snapshot) const {
  auto state = std::make_unique<Cursor::State>();
  state->span = std::move(span);
  state->lower = slice(state->span.from);
  state->upper = slice(state->span.until);
  state->snapshot = snapshot;

  rocksdb::ReadOptions read;
  read.snapshot = snapshot.get();
  read.iterate_lower_bound = &state->lower;
  if (!state->span.until.empty()) read.iterate_upper_bound = &state->upper;
  read.total_order_seek = access != Access::kPartition;
  read.fill_cache = access != Access::kBulk;
  state->iterator.reset(database_->db->NewIterator(read, database_->handle(family)));
  return Cursor(std::move(state));
}

void Cursor::seek_first() { state_->iterator->Seek(state_->lower); }

void Cursor::seek_last() {
  if (state_->span.until.empty()) {
    state_->iterator->SeekToLast();
  } else {
    state_->iterator->SeekForPrev(state_->upper);
  }
}

void Cursor::seek(std::string_view key) { state_->iterator->Seek(slice(key)); }

void Cursor::seek_before(std::string_view key) {
  state_->iterator->SeekForPrev(slice(key));
  if (valid() && this->key() == key) previous();
}

void Cursor::next() { state_->iterator->Next(); }
void Cursor::previous() { state_->iterator->Prev(); }
bool Cursor::valid() const { return state_->iterator->Valid(); }
std::string_view Cursor::key() const { return view_of(state_->iterator->key()); }
std::string_view Cursor::value() const { return view_of(state_->iterator->value()); }

Status Cursor::status() const {
  const rocksdb::Status status = state_->iterator->status();
  if (!status.ok()) return disk_failure(status);
  return Done{};
}

}  // namespace dynadeck::engine
