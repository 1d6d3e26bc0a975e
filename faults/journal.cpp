#include "faults/journal.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "faults/body_scan.h"
#include "faults/when.h"

namespace dynadeck::faults {
namespace {

// Assigns in place, so that a warm entry allocates nothing.
void assign(std::vector<std::string>& into, const std::vector<std::string_view>& from) {
  into.resize(from.size());
  for (std::size_t at = 0; at < from.size(); ++at) into[at].assign(from[at]);
}

void describe(JournalEntry& entry, const Request& request) {
  entry.operation = request.operation;
  assign(entry.tables, BodyScan(request.body).tables());
  entry.account = request.scope.account;
  entry.region = request.scope.region;
  entry.access_key = request.access_key;
  entry.session = request.session;
  entry.request_id = request.request_id;
  entry.invocation_id.assign(request.headers.find("amz-sdk-invocation-id").value_or(""));
  entry.attempt = attempt_of(request);
}

// A request that waits for its answer; without one its client has left.
class Pending {
 public:
  Pending(Journal& journal, const Request& request, const Response& response, Clock::WallTime time,
          const Clock& clock)
      : journal_(journal), clock_(clock), start_(clock.monotonic()) {
    describe(entry_, request);
    entry_.time = time;
    entry_.status = 0;
    entry_.error_code = "abandoned";
    entry_.faults = response.faults;
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() {
    entry_.duration = clock_.monotonic() - start_;
    journal_.record(std::move(entry_));
  }

  void finish(const Response& response) {
    entry_.status = response.status;
    entry_.error_code = response.error_code;
    entry_.faults = response.faults;
  }

 private:
  Journal& journal_;
  const Clock& clock_;
  const Clock::MonotonicTime start_;
  JournalEntry entry_;
};

}  // namespace

struct Journal::Slot {
  std::mutex mutex;
  JournalEntry entry;  // guarded by mutex; sequence 0 before the first write
};

struct Journal::Chunk {
  std::array<Slot, kChunkEntries> slots;
};

Journal::Journal(std::size_t capacity)
    : capacity_(capacity), chunks_((capacity + kChunkEntries - 1) / kChunkEntries) {}

Journal::~Journal() {
  for (auto& chunk : chunks_) delete chunk.load();
}

Journal::Slot& Journal::slot(std::uint64_t sequence) {
  const std::size_t place = sequence % capacity_;
  std::atomic<Chunk*>& owner = chunks_[place / kChunkEntries];
  Chunk* chunk = owner.load(std::memory_order_acquire);
  if (chunk == nullptr) {
    auto made = std::make_unique<Chunk>();
    if (owner.compare_exchange_strong(chunk, made.get(), std::memory_order_acq_rel)) {
      chunk = made.release();
    }
  }
  return chunk->slots[place % kChunkEntries];
}

template <typename Fill>
void Journal::write(const Fill& fill) {
  if (capacity_ == 0) return;
  const std::uint64_t sequence = next_.fetch_add(1, std::memory_order_acq_rel) + 1;
  Slot& mine = slot(sequence);
  const std::lock_guard lock(mine.mutex);
  if (mine.entry.sequence > sequence) return;  // overtaken by a whole round
  fill(mine.entry);
  mine.entry.sequence = sequence;
}

void Journal::record(const Request& request, const Response& response, Clock::WallTime time,
                     std::chrono::nanoseconds duration) {
  write([&](JournalEntry& entry) {
    describe(entry, request);
    entry.time = time;
    entry.duration = duration;
    entry.status = response.status;
    entry.error_code = response.error_code;
    entry.faults = response.faults;
  });
}

void Journal::record(JournalEntry entry) {
  write([&](JournalEntry& into) { into = std::move(entry); });
}

void Journal::for_each(const std::function<void(const JournalEntry&)>& visit) const {
  const std::uint64_t last = next_.load(std::memory_order_acquire);
  const std::uint64_t kept = last > capacity_ ? last - capacity_ : 0;
  for (std::uint64_t at = std::max(kept, cleared_.load()) + 1; at <= last; ++at) {
    const std::size_t place = at % capacity_;
    Chunk* chunk = chunks_[place / kChunkEntries].load(std::memory_order_acquire);
    if (chunk == nullptr) continue;
    Slot& here = chunk->slots[place % kChunkEntries];
    const std::lock_guard lock(here.mutex);
    if (here.entry.sequence == at) visit(here.entry);
  }
}

std::uint64_t Journal::recorded() const { return next_.load() - cleared_.load(); }

void Journal::clear() { cleared_ = next_.load(); }

JournalService::JournalService(std::unique_ptr<Service> next, Journal& journal, const Clock& clock)
    : next_(std::move(next)), journal_(journal), clock_(clock) {}

Response JournalService::handle(const Request& request) {
  const Clock::WallTime time = clock_.now();
  const Clock::MonotonicTime start = clock_.monotonic();
  Response response = next_->handle(request);
  if (!response.deferred) {
    journal_.record(request, response, time, clock_.monotonic() - start);
    return response;
  }
  auto pending = std::make_shared<Pending>(journal_, request, response, time, clock_);
  return when_ready(std::move(response), [pending](Response ready) {
    pending->finish(ready);
    return ready;
  });
}

}  // namespace dynadeck::faults
