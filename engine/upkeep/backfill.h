// Fills an index that was added to a table with items.
//
// The catalog says first that the index is there and being backfilled; once every writer knows it,
// the older items are visited in small groups under their locks. So each entry is made either by
// the visit or by a write, and the counts say what is there. A process that is killed meanwhile
// begins again: the catalog still says what is to be done, and entries that exist are left alone.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "engine/tables/catalog.h"

namespace dynadeck::engine {

struct Core;

// Where a backfill is to happen.
struct BackfillTask {
  TableKey table;
  std::uint32_t index_id;
};

// Does backfills in a thread of its own, one after another. *Synchronized.*
class Backfiller {
 public:
  explicit Backfiller(Core& core) : core_(core) {}
  ~Backfiller();  // gives up a running backfill; the next start takes it up
  Backfiller(const Backfiller&) = delete;
  Backfiller& operator=(const Backfiller&) = delete;

  // Begins those that the catalog knows to be unfinished.
  void resume();
  void add(BackfillTask task);
  // Does it now, in the caller's thread.
  void run(const BackfillTask& task);
  // Returns when nothing is left to do.
  void wait();

 private:
  void work();
  bool visit_all(const BackfillTask& task);

  Core& core_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<BackfillTask> tasks_;  // guarded by mutex_
  bool busy_ = false;               // guarded by mutex_
  std::atomic<bool> stopping_{false};
  std::thread thread_;  // started by the first add()
};

}  // namespace dynadeck::engine
