// Deletes what has expired, and keeps streams to their retention.
//
// This room does what no request waits for: expiries, backfills of indexes, and the clearing away
// of what tables leave behind.
//
// A sweep walks the expiry index, so that it costs what has expired. Each group of items is looked
// at again under its locks and deleted as by any writer: indexes, counts, stream records.
//
// Turning time to live on indexes the items that are there, in small groups under their locks, once
// every writer keeps the index; as with a secondary index's backfill, an interrupted one begins
// again after a start.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/messages/api_error.h"
#include "engine/tables/catalog.h"

namespace dynadeck::engine {

struct Core;

// *Synchronized.*
class Sweeper {
 public:
  explicit Sweeper(Core& core) : core_(core) {}
  ~Sweeper();  // ends the thread; what it was indexing is taken up after the next start
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

  // Sweeps from now on, that often; takes up unfinished indexing. Zero: only the latter.
  void start(std::chrono::milliseconds interval);

  // Deletes everything that has expired by now. Answers how many items that were.
  Result<std::size_t> sweep();

  // Indexes a table's items: in the caller's thread, or in this one's.
  void index(const TableKey& table);
  void index_later(TableKey table);

 private:
  void start_thread();
  void work();
  Result<std::size_t> sweep_table(const TableKey& key);
  Result<std::size_t> delete_group(const TableKey& key, const std::vector<std::string>& entries);
  bool index_items(const TableKey& key);

  Core& core_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::chrono::milliseconds interval_{0};  // guarded by mutex_
  std::deque<TableKey> to_index_;          // guarded by mutex_
  std::thread thread_;                     // guarded by mutex_; started when there is work
};

}  // namespace dynadeck::engine
