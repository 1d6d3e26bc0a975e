// What operations work with.
//
// This room has what all requests of an engine share: its parts, and who may write which item when.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "engine/core/activity.h"
#include "engine/core/client_tokens.h"
#include "engine/core/item_locks.h"
#include "engine/core/options.h"
#include "engine/messages/api_error.h"
#include "engine/store/history.h"
#include "engine/store/store.h"
#include "engine/streams/change_sink.h"
#include "engine/streams/registry.h"
#include "engine/tables/catalog.h"
#include "engine/throughput/limiter.h"
#include "harness/seam/clock.h"
#include "harness/seam/random.h"
#include "harness/seam/scope.h"

namespace dynadeck {
struct Request;  // harness/seam/service.h
}

namespace dynadeck::engine {

class Backfiller;  // engine/upkeep/backfill.h
class Sweeper;     // engine/upkeep/sweeper.h

// One per engine. Its members are synchronized.
struct Core {
  Core(EngineOptions the_options, const Clock& the_clock, Random& the_random)
      : options(std::move(the_options)), clock(the_clock), random(the_random), history(the_clock) {}

  const EngineOptions options;
  const Clock& clock;
  Random& random;
  std::unique_ptr<Store> store;
  History history;  // before the store is closed, its states are let go
  std::unique_ptr<Catalog> catalog;
  ItemLocks locks;
  Activity activity;
  ClientTokens tokens;
  std::unique_ptr<ThroughputLimiter> limiter;  // nullptr: throughput is not enforced
  std::unique_ptr<StreamRegistry> streams;
  std::atomic<ChangeSink*> sink{nullptr};  // of Kinesis destinations; nullptr: nobody delivers
  // Who does what takes longer than a request. The engine has them and sets these at once; they
  // work with all of the above, so they end before it.
  Backfiller* backfiller = nullptr;
  Sweeper* sweeper = nullptr;

  // The state that a read looks at: nullptr is the newest. A read that need not be consistent may
  // be asked to look at an older one.
  Snapshot read_snapshot(const Request& request, bool consistent) const;
  // The same for a read of an index.
  Snapshot index_snapshot(const Request& request, bool consistent) const;
};

// Where a request finds a table that it names by name or ARN.
TableKey table_key(const Core& core, const Scope& scope, std::string_view name_or_arn);

// The table, if it exists and can be worked with: not where it is being created or deleted.
// Fails with ResourceNotFoundException in the words of item operations.
Result<const Table*> find_table(const Core& core, const CatalogView& view, const Scope& scope,
                                std::string_view name_or_arn);

}  // namespace dynadeck::engine
