// One stream: its order, its shards, its retention.
//
// This room has DynamoDB Streams: what streams and shards are (shard.h), how they change
// (lineage.h, retention.h), the records (record.h) and who writes them (writer.h), all streams of a
// data directory (registry.h), and who is told of what happens (sink.h).
//
// Order. A writer reserves its sequence numbers just before it commits, and says when the commit is
// over. Readers see records up to the last number below which nobody is still committing (settled):
// what a reader has passed, nobody can slip in behind it any more. So writers do not wait for each
// other, and no reader misses a record. The writers of one item have its lock in between, so that
// the order of numbers is the order of commits.
//
// After a crash the numbers go on well above those that were reserved and lost.
//
// Who listens is told of everything in the order of the numbers: of a record once it is settled.
// The thread that settles the next one tells of those behind it that had to wait, too.
//
// Records that are too old are looked for without the lock: writers and readers go on meanwhile.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/messages/api_error.h"
#include "engine/store/store.h"
#include "engine/streams/retention.h"
#include "engine/streams/shard.h"
#include "engine/streams/sink.h"
#include "harness/seam/clock.h"
#include "harness/seam/random.h"

namespace dynadeck::engine {

struct StreamOptions {
  std::uint32_t shards = 1;               // of a new stream
  std::chrono::milliseconds roll_age{0};  // after which a shard is rolled; zero: never
};

// *Synchronized.*
class Stream {
 public:
  // All are borrowed and outlive the stream. definition: as new_definition() or the store gave it.
  // sink: who listens now; nullptr: nobody.
  Stream(StreamDefinition definition, Store& store, Random& random, const StreamOptions& options,
         const std::atomic<StreamSink*>& sink);

  // Finds the last numbers that were given, after a start. Fails where the disk does.
  Status recover();

  // Where a record goes.
  struct Place {
    std::uint32_t shard;
    std::uint64_t sequence;
  };

  using Notes = std::multimap<std::uint64_t, StreamNote>;  // by sequence number

  // Numbers that a writer has and that are not settled. Gives them back when destroyed.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : stream_(other.stream_), first_(other.first_), notes_(std::move(other.notes_)) {
      other.stream_ = nullptr;
    }
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (stream_ != nullptr) stream_->settle(first_, std::move(notes_));
    }

    // What is to be told of a record when it is settled.
    void add_note(std::uint64_t sequence, StreamNote note) {
      notes_.emplace(sequence, std::move(note));
    }

   private:
    friend class Stream;
    Ticket(Stream* stream, std::uint64_t first) : stream_(stream), first_(first) {}
    Stream* stream_;
    std::uint64_t first_;
    Notes notes_;
  };

  // One place per partition hash, in their order. Fails where the disk does.
  Result<Ticket> reserve(std::span<const std::uint64_t> hashes, Clock::WallTime now,
                         std::vector<Place>& places);

  // What readers see. What is settled may be read from the store.
  struct View {
    std::shared_ptr<const StreamDefinition> definition;
    std::uint64_t settled;  // every record up to here has been committed, or never will be
    std::uint64_t next;     // no record has this number or a higher one yet
  };
  View view() const;

  // Rolls shards that are old enough, and forgets records and shards that are too old.
  Status maintain(Clock::WallTime now);

  // Closes open shards and opens their children: each gets `children` of them, which halve its
  // range. shard_id: empty for all that are open. Answers how many shards were closed.
  Result<std::size_t> roll(Clock::WallTime now, std::uint32_t children,
                           std::string_view shard_id = {});

  // Closes all shards for good. Nobody may write to the stream any more. exchange: that asked for
  // it.
  Status disable(Clock::WallTime now, std::uint64_t exchange);

  // Tells who listens what the stream is now. exchange: that made it.
  void introduce(std::uint64_t exchange);

  // Whether it was disabled so long ago that it is not there any more.
  bool is_gone(Clock::WallTime now) const;

 private:
  void settle(std::uint64_t first, Notes notes);
  void note_stream(std::uint64_t sequence, std::uint64_t exchange);
  void note_shard(std::uint64_t sequence, const Shard& shard, std::uint64_t exchange);
  void tell(std::unique_lock<std::mutex>& lock);
  View view_locked() const;
  std::uint64_t settled() const;
  const Shard& open_shard(std::uint64_t hash) const;
  Result<std::size_t> roll_locked(Clock::WallTime now, std::uint32_t children,
                                  std::string_view shard_id);
  Status roll_old_shards(Clock::WallTime now);

  Status trim(const OldRecords& old, Clock::WallTime now);
  Status save(StreamDefinition definition, Batch& batch);
  void adopt(StreamDefinition definition);

  Store& store_;
  Random& random_;
  const StreamOptions options_;
  const std::atomic<StreamSink*>& sink_;

  mutable std::mutex mutex_;  // guards everything below
  std::shared_ptr<const StreamDefinition> definition_;
  std::vector<const Shard*> open_;  // of definition_, by their ranges
  std::uint64_t next_ = 1;
  std::vector<std::uint64_t> pending_;  // first numbers of the tickets out, ascending
  OptionalTime roll_due_;               // absent: nothing grows old
  Clock::WallTime trim_due_;            // far away while somebody trims
  Notes notes_;                         // that wait for numbers before them to be settled
  bool telling_ = false;                // somebody is telling
};

}  // namespace dynadeck::engine
