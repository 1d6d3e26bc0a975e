// All streams, those of deleted tables included, by id and by ARN.
//
// This room has all that follows an item's change: the records of DynamoDB Streams with their
// order, shards and iterators, those for Kinesis, and who listens.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/streams/stream.h"

namespace dynadeck::engine {

struct CatalogView;

// *Synchronized.*
class StreamRegistry {
 public:
  // All are borrowed and outlive the registry.
  StreamRegistry(Store& store, const Clock& clock, Random& random, StreamOptions options)
      : store_(store), clock_(clock), random_(random), options_(options) {}

  // Takes up what the store has. A stream whose table has gone, or streams elsewhere, is closed: a
  // crash came between the two. Fails with one line for people.
  Outcome<Done, std::string> load(const CatalogView& catalog);

  // "2026-01-31T12:00:00.000", the next that no stream of the table has had.
  std::string new_label(const TableDefinition& table) const;

  // Who listens to what happens in streams; nullptr: nobody any more. A new one hears of all that
  // are there. It outlives the registry.
  void set_sink(StreamSink* sink);
  StreamSink* sink() const { return sink_.load(std::memory_order_relaxed); }

  // Begins the stream that the table's settings speak of. It is there at once; it lasts once the
  // batch is committed, and is to be introduced then, or else has to be forgotten.
  void create(const TableDefinition& table, Batch& batch);
  void forget(std::uint32_t id);
  // exchange: of the request that made it.
  void introduce(std::uint32_t id, std::uint64_t exchange);

  // Ends a stream that nobody writes to any more; it stays readable. No stream has the id 0.
  // exchange: of the request that asked for it; 0: none did.
  Status disable(std::uint32_t id, std::uint64_t exchange);

  // nullptr where there is none.
  std::shared_ptr<Stream> find(std::uint32_t id) const;
  std::shared_ptr<Stream> find(std::string_view arn) const;

  // By ARN; those behind `after`.
  std::vector<std::shared_ptr<Stream>> list(std::string_view after) const;

  // Rolls and trims what is due, and forgets streams that have gone.
  Status maintain();

 private:
  void add(std::shared_ptr<Stream> stream);
  Status erase(const Stream& stream);

  Store& store_;
  const Clock& clock_;
  Random& random_;
  const StreamOptions options_;
  std::atomic<StreamSink*> sink_{nullptr};

  mutable std::shared_mutex mutex_;
  std::map<std::uint32_t, std::shared_ptr<Stream>> by_id_;              // guarded by mutex_
  std::map<std::string, std::shared_ptr<Stream>, std::less<>> by_arn_;  // guarded by mutex_
};

}  // namespace dynadeck::engine
