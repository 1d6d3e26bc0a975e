// How RocksDB is set up. For store*.cpp only: this header is RocksDB's.
#pragma once

#include <rocksdb/db.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/store/store.h"

namespace dynadeck::engine {

rocksdb::DBOptions database_options(const StoreOptions& options, rocksdb::Env* env);

// "default" first, then one per Family in its order.
std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(const StoreOptions& options);

}  // namespace dynadeck::engine
