// DynamoDB itself, as the last link of the chain.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/options.h"
#include "harness/seam/clock.h"
#include "harness/seam/random.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {

struct Activity;   // engine/core/activity.h
class Backfiller;  // engine/upkeep/backfill.h
class ChangeSink;  // engine/streams/change_sink.h
struct Core;       // engine/core/core.h: what operations work with
class StreamSink;  // engine/streams/sink.h
class Sweeper;     // engine/upkeep/sweeper.h

// *Synchronized.*
class Engine : public Service {
 public:
  // clock and random outlive the engine. Fails with one line for people: see Store::open.
  static Outcome<std::unique_ptr<Engine>, std::string> open(EngineOptions options,
                                                            const Clock& clock, Random& random);
  ~Engine() override;

  Response handle(const Request& request) override;

  // Drops all tables at once; with an account, a region or both, only those of that namespace.
  // Deletion protection does not help them. Fails with one line for people.
  Outcome<std::size_t, std::string> reset(const std::optional<std::string>& account = {},
                                          const std::optional<std::string>& region = {});

  // Deletes what time to live has let expire. Answers how many items that were. Fails with one line
  // for people.
  Outcome<std::size_t, std::string> expire_items();

  // Who delivers to Kinesis destinations from now on; outlives the engine, or is taken back with
  // nullptr when nobody asks the engine any more.
  void set_change_sink(ChangeSink* sink);

  // Who is told of what happens in streams from now on, and at once of the streams there are;
  // outlives the engine. nullptr: nobody.
  void set_stream_sink(StreamSink* sink);

  // Closes open shards of streams and opens their children.
  struct ShardRoll {
    std::string table;           // empty: of all tables
    std::string account;         // empty: of all accounts
    std::string region;          // empty: of all regions
    std::string shard_id;        // empty: all open shards
    std::uint32_t children = 1;  // of each shard; they share its range
  };
  // Answers how many shards were closed. Fails with one line for people.
  Outcome<std::size_t, std::string> roll_shards(const ShardRoll& roll);

  const Activity& activity() const;

  // RocksDB's own figures, by RocksDB's property names, for the metrics.
  std::vector<std::pair<std::string, std::uint64_t>> figures() const;

  // Merges what is stored into few files: -optimizeDbBeforeStartup.
  void compact();

 private:
  explicit Engine(std::unique_ptr<Core> core);

  std::unique_ptr<Core> core_;
  std::unique_ptr<Backfiller> backfiller_;  // these work with the core: they end before it
  std::unique_ptr<Sweeper> sweeper_;
};

}  // namespace dynadeck::engine
