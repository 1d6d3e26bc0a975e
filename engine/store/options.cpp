#include "engine/store/options.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <array>
#include <cstring>

namespace dynadeck::engine {
namespace {

constexpr std::size_t kMegabyte = 1024 * 1024;

// On disk: docs/formats/storage.md.
constexpr std::array<const char*, kFamilies> kFamilyNames = {
    "catalog", "items", "index_entries", "stream_records", "expiries", "tokens", "counters"};

// A table id and the hash of a partition key.
constexpr std::size_t kPartitionPrefixBytes = 12;

// Adds two pairs of numbers.
class CounterMerge : public rocksdb::AssociativeMergeOperator {
 public:
  const char* Name() const override { return "dynadeck.counter"; }

  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& operand,
             std::string* sum, rocksdb::Logger*) const override {
    std::array<std::int64_t, 2> left{};
    std::array<std::int64_t, 2> right{};
    if (operand.size() != sizeof right) return false;
    std::memcpy(right.data(), operand.data(), sizeof right);
    if (existing != nullptr) {
      if (existing->size() != sizeof left) return false;
      std::memcpy(left.data(), existing->data(), sizeof left);
    }
    for (std::size_t index = 0; index < left.size(); ++index) left[index] += right[index];
    sum->assign(reinterpret_cast<const char*>(left.data()), sizeof left);
    return true;
  }
};

// Files keep their index and filter in memory while open: a point read takes one cache lookup, not
// three. Filters are 10 bits per key: 1.2 MB per million items.
rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache,
                                              bool whole_keys) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 8 * 1024;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = whole_keys;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  table.cache_index_and_filter_blocks = false;
  return table;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const StoreOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  const bool large = family == Family::kItems || family == Family::kIndexEntries ||
                     family == Family::kStreamRecords;
  rocksdb::ColumnFamilyOptions result;
  result.write_buffer_size = (large ? 32 : 8) * kMegabyte;
  // Small blocks: an idle server has eight memtables with next to nothing in them.
  result.arena_block_size = 64 * 1024;
  result.max_write_buffer_number = 3;
  result.target_file_size_base = 32 * kMegabyte;
  result.level_compaction_dynamic_level_bytes = true;
  result.compression_per_level.assign(7, rocksdb::kLZ4Compression);
  result.compression_per_level[0] = rocksdb::kNoCompression;
  result.compression_per_level[1] = rocksdb::kNoCompression;
  if (options.in_memory) result.compression_per_level.assign(7, rocksdb::kLZ4Compression);
  if (family == Family::kItems || family == Family::kIndexEntries) {
    result.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kPartitionPrefixBytes));
  }
  if (family == Family::kCounters) result.merge_operator = std::make_shared<CounterMerge>();
  // Nobody asks for one index entry by its whole key.
  result.table_factory.reset(
      rocksdb::NewBlockBasedTableFactory(table_options(cache, family != Family::kIndexEntries)));
  return result;
}

}  // namespace

rocksdb::DBOptions database_options(const StoreOptions& options, rocksdb::Env* env) {
  rocksdb::DBOptions result;
  result.env = env;
  result.create_if_missing = true;
  result.create_missing_column_families = true;
  result.max_background_jobs = 2;
  result.max_open_files = 256;
  result.max_total_wal_size = 128 * kMegabyte;
  result.db_write_buffer_size = 96 * kMegabyte;
  result.bytes_per_sync = kMegabyte;
  // A log that is replayed into memory once more costs less than a flush at every start.
  result.avoid_flush_during_recovery = true;
  result.avoid_flush_during_shutdown = options.in_memory;
  result.skip_stats_update_on_db_open = true;
  result.skip_checking_sst_file_sizes_on_db_open = true;
  result.info_log_level = rocksdb::WARN_LEVEL;
  result.keep_log_file_num = 2;
  result.max_log_file_size = 4 * kMegabyte;
  result.stats_dump_period_sec = 0;
  result.stats_persist_period_sec = 0;
  return result;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(const StoreOptions& options) {
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(64 * kMegabyte, 4);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  rocksdb::ColumnFamilyOptions unused;
  unused.write_buffer_size = kMegabyte;
  unused.arena_block_size = 64 * 1024;
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, unused);
  for (std::size_t index = 0; index < kFamilies; ++index) {
    descriptors.emplace_back(kFamilyNames[index],
                             family_options(static_cast<Family>(index), options, cache));
  }
  return descriptors;
}

}  // namespace dynadeck::engine
