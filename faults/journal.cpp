#include "faults/journal.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "faults/body_scan.h"
#include "faults/when.h"

namespace dynadeck::faults {
namespace {

// What an entry says of its request, in one piece of memory beside the rest of the entry: written
// without allocating and with few cache misses, which is most of what the journal costs.
class Texts {
 public:
  enum Field : std::uint8_t {
    kAccount,
    kRegion,
    kAccessKey,
    kSession,
    kRequestId,
    kInvocationId,
    kTables,  // one per line: names hold no line ends
    kFields,
  };

  void assign(const Request& request) {
    end_ = 0;
    more_.clear();
    set(kAccount, request.scope.account);
    set(kRegion, request.scope.region);
    set(kAccessKey, request.access_key);
    set(kSession, request.session);
    set(kRequestId, request.request_id);
    set(kInvocationId, request.headers.find("amz-sdk-invocation-id").value_or(""));
    const BodyScan body(request);
    for (const std::string_view table : body.tables()) {
      append(table);
      append("\n");
    }
    ends_[kTables] = end_;
  }

  std::string get(Field field) const {
    const std::size_t begin = field == 0 ? 0 : ends_[field - 1];
    if (!more_.empty()) return more_.substr(begin, ends_[field] - begin);
    return {few_.data() + begin, ends_[field] - begin};
  }

 private:
  void set(Field field, std::string_view text) {
    append(text);
    ends_[field] = end_;
  }

  void append(std::string_view text) {
    if (more_.empty() && end_ + text.size() <= few_.size()) {
      std::copy(text.begin(), text.end(), few_.begin() + static_cast<std::ptrdiff_t>(end_));
    } else {
      if (more_.empty()) more_.assign(few_.data(), end_);
      more_.append(text);
    }
    end_ += static_cast<std::uint32_t>(text.size());
  }

  std::uint32_t end_ = 0;
  std::array<std::uint32_t, kFields> ends_{};
  std::array<char, 192> few_{};
  std::string more_;  // all of it, where it is longer
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// A request that waits for its answer; without one its client has left.
class Pending {
 public:
  Pending(Journal& journal, const Request& request, const Response& response, Clock::WallTime time,
          const Clock& clock)
      : journal_(journal),
        request_(request),
        clock_(clock),
        time_(time),
        start_(clock.monotonic()) {
    so_far_.status = 0;
    so_far_.error_code = "abandoned";
    so_far_.faults = response.faults;
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() {
    if (!finished_) journal_.record(request_, so_far_, time_, clock_.monotonic() - start_);
  }

  void finish(const Response& response) {
    finished_ = true;
    journal_.record(request_, response, time_, clock_.monotonic() - start_);
  }

 private:
  Journal& journal_;
  const Request& request_;  // outlives its answer's continuations, and so this
  const Clock& clock_;
  const Clock::WallTime time_;
  const Clock::MonotonicTime start_;
  Response so_far_;
  bool finished_ = false;
};

}  // namespace

struct alignas(64) Journal::Slot {
  std::mutex mutex;            // guards the rest
  std::uint64_t sequence = 0;  // 0 before the first write
  Operation operation = Operation::kUnknown;
  int status = 0;
  std::uint64_t attempt = 1;
  Clock::WallTime time;
  std::chrono::nanoseconds duration{0};
  Texts texts;
  std::string error_code;
  std::vector<InjectedFault> faults;

  JournalEntry entry() const {
    JournalEntry result;
    result.sequence = sequence;
    result.operation = operation;
    result.tables = lines_of(texts.get(Texts::kTables));
    result.account = texts.get(Texts::kAccount);
    result.region = texts.get(Texts::kRegion);
    result.access_key = texts.get(Texts::kAccessKey);
    result.session = texts.get(Texts::kSession);
    result.request_id = texts.get(Texts::kRequestId);
    result.invocation_id = texts.get(Texts::kInvocationId);
    result.attempt = attempt;
    result.time = time;
    result.duration = duration;
    result.status = status;
    result.error_code = error_code;
    result.faults = faults;
    return result;
  }
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

void Journal::expect() {
  if (capacity_ == 0) return;
  // Slots are passed through in turn and are long out of the caches when their turn comes again;
  // workers overtake one another by a few.
  const char* const next =
      reinterpret_cast<const char*>(&slot(next_.load(std::memory_order_relaxed) + 2));
  for (std::size_t line = 0; line < sizeof(Slot); line += 64) __builtin_prefetch(next + line, 1);
}

void Journal::record(const Request& request, const Response& response, Clock::WallTime time,
                     std::chrono::nanoseconds duration) {
  if (capacity_ == 0) return;
  const std::uint64_t sequence = next_.fetch_add(1, std::memory_order_acq_rel) + 1;
  Slot& mine = slot(sequence);
  const std::lock_guard lock(mine.mutex);
  if (mine.sequence > sequence) return;  // overtaken by a whole round
  mine.sequence = sequence;
  mine.operation = request.operation;
  mine.texts.assign(request);
  mine.attempt = attempt_of(request);
  mine.time = time;
  mine.duration = duration;
  mine.status = response.status;
  mine.error_code = response.error_code;
  mine.faults = response.faults;
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
    if (here.sequence == at) visit(here.entry());
  }
}

std::uint64_t Journal::recorded() const { return next_.load() - cleared_.load(); }

void Journal::clear() { cleared_ = next_.load(); }

JournalService::JournalService(std::unique_ptr<Service> next, Journal& journal, const Clock& clock)
    : next_(std::move(next)), journal_(journal), clock_(clock) {}

Response JournalService::handle(const Request& request) {
  journal_.expect();
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
