#include "engine/streams/stream.h"

#include <algorithm>
#include <cassert>

#include "engine/store/key_codec.h"
#include "engine/streams/description.h"
#include "engine/streams/lineage.h"
#include "engine/streams/record.h"

namespace dynadeck::engine {
namespace {

// How far the numbers jump at a start: further than writers can have been ahead of their commits.
constexpr std::uint64_t kRecoveryGap = 1 << 20;

}  // namespace

Stream::Stream(StreamDefinition definition, Store& store, Random& random,
               const StreamOptions& options, const std::atomic<StreamSink*>& sink)
    : store_(store), random_(random), options_(options), sink_(sink) {
  next_ = last_number(definition) + 1;
  adopt(std::move(definition));
}

// The caller has the lock, or is alone.
void Stream::adopt(StreamDefinition definition) {
  definition_ = std::make_shared<const StreamDefinition>(std::move(definition));
  open_.clear();
  roll_due_.reset();
  for (const Shard& shard : definition_->shards) {
    if (!shard.open()) continue;
    open_.push_back(&shard);
    if (options_.roll_age.count() == 0) continue;
    const Clock::WallTime due = shard.opened + options_.roll_age;
    if (!roll_due_ || due < *roll_due_) roll_due_ = due;
  }
  std::sort(open_.begin(), open_.end(), [](const Shard* left, const Shard* right) {
    return left->hash_from < right->hash_from;
  });
}

Status Stream::recover() {
  const std::lock_guard lock(mutex_);
  std::uint64_t last = last_number(*definition_);
  for (const Shard* shard : open_) {
    Cursor cursor = store_.cursor(Family::kStreamRecords,
                                  {record_key(definition_->id, shard->number, 0),
                                   record_key(definition_->id, shard->number + 1, 0)},
                                  Access::kRange);
    cursor.seek_last();
    if (cursor.valid()) last = std::max(last, sequence_of(cursor.key()));
    if (const Status status = cursor.status(); !status.ok()) return status;
  }
  next_ = last + kRecoveryGap;
  return Done{};
}

// ---------------------------------------------------------------- order

const Shard& Stream::open_shard(std::uint64_t hash) const {
  assert(!open_.empty());
  const auto after = std::upper_bound(
      open_.begin(), open_.end(), hash,
      [](std::uint64_t value, const Shard* shard) { return value < shard->hash_from; });
  return **std::prev(after);
}

Result<Stream::Ticket> Stream::reserve(std::span<const std::uint64_t> hashes, Clock::WallTime now,
                                       std::vector<Place>& places) {
  const std::lock_guard lock(mutex_);
  if (roll_due_ && now >= *roll_due_) {
    if (const Status rolled = roll_old_shards(now); !rolled.ok()) return rolled.error();
  }
  trim_due_ = std::min(trim_due_, now + kRetention);
  const std::uint64_t first = next_;
  for (const std::uint64_t hash : hashes) places.push_back({open_shard(hash).number, next_++});
  pending_.push_back(first);
  return Ticket(this, first);
}

void Stream::settle(std::uint64_t first, Notes notes) {
  std::unique_lock lock(mutex_);
  pending_.erase(std::find(pending_.begin(), pending_.end(), first));
  notes_.merge(notes);
  tell(lock);
}

std::uint64_t Stream::settled() const { return (pending_.empty() ? next_ : pending_.front()) - 1; }

Stream::View Stream::view() const {
  const std::lock_guard lock(mutex_);
  return view_locked();
}

Stream::View Stream::view_locked() const { return {definition_, settled(), next_}; }

// ---------------------------------------------------------------- telling

// Without the lock, as who listens may have to wait. Who comes meanwhile leaves its notes to us.
void Stream::tell(std::unique_lock<std::mutex>& lock) {
  if (notes_.empty() || telling_) return;
  telling_ = true;
  for (;;) {
    std::vector<StreamNote> ready;
    while (!notes_.empty() && notes_.begin()->first <= settled()) {
      ready.push_back(std::move(notes_.begin()->second));
      notes_.erase(notes_.begin());
    }
    if (ready.empty()) break;
    const std::string arn = definition_->arn();
    lock.unlock();
    if (StreamSink* sink = sink_.load()) sink->take(arn, ready);
    lock.lock();
  }
  telling_ = false;
}

void Stream::note_stream(std::uint64_t sequence, std::uint64_t exchange) {
  if (sink_.load() == nullptr) return;
  StreamNote note;
  note.kind = StreamNote::Kind::kStream;
  note.exchange = exchange;
  append_description_start(note.json, *definition_);
  append_description_end(note.json, *definition_);
  notes_.emplace(sequence, std::move(note));
}

void Stream::note_shard(std::uint64_t sequence, const Shard& shard, std::uint64_t exchange) {
  if (sink_.load() == nullptr) return;
  StreamNote note;
  note.kind = StreamNote::Kind::kShard;
  note.exchange = exchange;
  append_shard(note.json, *definition_, shard);
  notes_.emplace(sequence, std::move(note));
}

void Stream::introduce(std::uint64_t exchange) {
  std::unique_lock lock(mutex_);
  note_stream(0, exchange);
  for (const Shard& shard : definition_->shards) note_shard(0, shard, exchange);
  tell(lock);
}

// ---------------------------------------------------------------- shards

Status Stream::save(StreamDefinition definition, Batch& batch) {
  batch.put(Family::kStreamRecords, stream_key(definition.id), encode_stream(definition));
  if (Status committed = store_.commit(batch); !committed.ok()) return committed;
  adopt(std::move(definition));
  return Done{};
}

Result<std::size_t> Stream::roll(Clock::WallTime now, std::uint32_t children,
                                 std::string_view shard_id) {
  std::unique_lock lock(mutex_);
  auto rolled = roll_locked(now, children, shard_id);
  tell(lock);
  return rolled;
}

Result<std::size_t> Stream::roll_locked(Clock::WallTime now, std::uint32_t children,
                                        std::string_view shard_id) {
  StreamDefinition definition = *definition_;
  const std::size_t closed = replace_shards(definition, shard_id, children, now, next_, random_);
  if (closed == 0) return closed;
  Batch batch(store_);
  const std::uint64_t before = last_number(*definition_);
  if (const Status saved = save(std::move(definition), batch); !saved.ok()) return saved.error();
  for (const Shard& shard : definition_->shards) {
    if (shard.last_sequence > before) note_shard(shard.last_sequence, shard, 0);
    if (shard.first_sequence > before) note_shard(shard.first_sequence, shard, 0);
  }
  return closed;
}

Status Stream::roll_old_shards(Clock::WallTime now) {
  std::vector<std::string> old;
  for (const Shard* shard : open_) {
    if (now >= shard->opened + options_.roll_age) old.push_back(shard->id);
  }
  for (const std::string& id : old) {
    const auto rolled = roll_locked(now, 1, id);
    if (!rolled.ok()) return rolled.error();
  }
  return Done{};
}

Status Stream::disable(Clock::WallTime now, std::uint64_t exchange) {
  std::unique_lock lock(mutex_);
  if (definition_->disabled) return Done{};
  StreamDefinition definition = *definition_;
  close_shards(definition, now, next_);
  definition.disabled = now;
  trim_due_ = std::min(trim_due_, now + kRetention);
  Batch batch(store_);
  const std::uint64_t before = last_number(*definition_);
  if (Status saved = save(std::move(definition), batch); !saved.ok()) return saved;
  for (const Shard& shard : definition_->shards) {
    if (shard.last_sequence > before) note_shard(shard.last_sequence, shard, exchange);
  }
  note_stream(next_ - 1, exchange);
  tell(lock);
  return Done{};
}

bool Stream::is_gone(Clock::WallTime now) const {
  const std::lock_guard lock(mutex_);
  return definition_->disabled && now >= *definition_->disabled + kRetention;
}

// ---------------------------------------------------------------- retention

Status Stream::maintain(Clock::WallTime now) {
  std::unique_lock lock(mutex_);
  if (roll_due_ && now >= *roll_due_) {
    if (Status rolled = roll_old_shards(now); !rolled.ok()) return rolled;
    tell(lock);
  }
  if (now < trim_due_) return Done{};
  trim_due_ = Clock::WallTime::max();
  const View view = view_locked();
  lock.unlock();
  const Result<OldRecords> old = find_old_records(store_, *view.definition, view.settled, now);
  lock.lock();
  Status done = old.ok() ? trim(old.value(), now) : Status(old.error());
  if (!done.ok()) trim_due_ = now;
  return done;
}

// The caller has the lock; shards may have been rolled since the records were found.
Status Stream::trim(const OldRecords& old, Clock::WallTime now) {
  StreamDefinition definition = *definition_;
  Batch batch(store_);
  const ForgottenRecords forgotten = forget_old_records(definition, old, now, batch);
  if (forgotten.any) {
    if (Status saved = save(std::move(definition), batch); !saved.ok()) return saved;
  }
  // A minute's records at a time, not one by one.
  trim_due_ = std::min(trim_due_, std::max(forgotten.due, now + std::chrono::minutes(1)));
  return Done{};
}

}  // namespace dynadeck::engine
