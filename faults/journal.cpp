#include "faults/journal.h"

#include <algorithm>
#include <deque>
#include <mutex>

#include "faults/body_scan.h"
#include "faults/journal_page.h"

namespace dynadeck::faults {
namespace {

// A request that waits for its answer; without one its client has left.
class Pending {
 public:
  Pending(Journal& journal, const Request& request, const Response& response,
          Clock::MonotonicTime start, const Clock& clock)
      : journal_(journal), request_(request), clock_(clock), time_(clock.at(start)), start_(start) {
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

// The pages of some threads. More shelves than a machine usually has workers.
struct alignas(128) Journal::Shelf {
  std::mutex mutex;
  std::deque<std::shared_ptr<JournalPage>> pages;  // guarded by mutex; oldest first, none empty
};

namespace {

constexpr std::size_t kShelves = 16;

std::uint64_t last_sequence(const JournalPage& page) { return page.sequence(page.size() - 1); }

}  // namespace

Journal::Journal(std::size_t capacity) : capacity_(capacity), shelves_(new Shelf[kShelves]) {}

Journal::~Journal() = default;

Journal::Shelf& Journal::shelf_of_this_thread() {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t mine = threads.fetch_add(1, std::memory_order_relaxed) % kShelves;
  return shelves_[mine];
}

void Journal::record(const Request& request, const Response& response, Clock::WallTime time,
                     std::chrono::nanoseconds duration) {
  if (capacity_ == 0) return;
  const BodyScan body(request);
  const JournalPage::Record record{request,       response, sdk_call_of(request.headers),
                                   body.tables(), time,     duration};
  const std::size_t text_bytes = JournalPage::text_bytes(record);
  Shelf& shelf = shelf_of_this_thread();
  bool began_page = false;
  {
    const std::lock_guard lock(shelf.mutex);
    if (shelf.pages.empty() || !shelf.pages.back()->has_room(text_bytes)) {
      shelf.pages.push_back(std::make_shared<JournalPage>(text_bytes));
      began_page = true;
    }
    // Given under the lock: whoever takes it later, having seen the sequence, finds the entry.
    const std::uint64_t sequence = newest_.fetch_add(1, std::memory_order_acq_rel) + 1;
    shelf.pages.back()->append(sequence, record);
  }
  if (began_page) put_away_old_pages();
}

std::uint64_t Journal::newest_gone(std::uint64_t newest) const {
  return std::max(newest > capacity_ ? newest - capacity_ : 0,
                  cleared_.load(std::memory_order_acquire));
}

void Journal::put_away_old_pages() {
  const std::uint64_t gone = newest_gone(newest_.load(std::memory_order_acquire));
  for (std::size_t at = 0; at < kShelves; ++at) {
    Shelf& shelf = shelves_[at];
    const std::lock_guard lock(shelf.mutex);
    while (!shelf.pages.empty() && last_sequence(*shelf.pages.front()) <= gone) {
      shelf.pages.pop_front();
    }
  }
}

void Journal::for_each(const std::function<void(const JournalEntry&)>& visit) const {
  const std::uint64_t newest = newest_.load(std::memory_order_acquire);
  const std::uint64_t gone = newest_gone(newest);
  std::vector<std::shared_ptr<const JournalPage>> pages;
  for (std::size_t shelf = 0; shelf < kShelves; ++shelf) {
    const std::lock_guard lock(shelves_[shelf].mutex);
    const auto& kept = shelves_[shelf].pages;
    pages.insert(pages.end(), kept.begin(), kept.end());
  }
  struct Found {
    std::uint64_t sequence;
    const JournalPage* page;
    std::size_t at;
  };
  std::vector<Found> found;
  for (const auto& page : pages) {
    for (std::size_t at = 0, size = page->size(); at < size; ++at) {
      const std::uint64_t sequence = page->sequence(at);
      if (sequence > gone && sequence <= newest) found.push_back({sequence, page.get(), at});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Found& left, const Found& right) { return left.sequence < right.sequence; });
  JournalEntry entry;
  for (const Found& each : found) {
    each.page->read(each.at, entry);
    visit(entry);
  }
}

std::uint64_t Journal::recorded() const { return newest_.load() - cleared_.load(); }

void Journal::clear() {
  cleared_ = newest_.load();
  put_away_old_pages();
}

std::uint64_t Journal::version() const { return newest_.load() + cleared_.load(); }

JournalService::JournalService(std::unique_ptr<Service> next, Journal& journal, const Clock& clock)
    : next_(std::move(next)), journal_(journal), clock_(clock) {}

Response JournalService::handle(const Request& request) {
  const Clock::MonotonicTime start = arrival_of(request, clock_);
  const Clock::WallTime time = clock_.at(start);
  Response response = next_->handle(request);
  if (!response.deferred) {
    journal_.record(request, response, time, clock_.monotonic() - start);
    return response;
  }
  auto pending = std::make_shared<Pending>(journal_, request, response, start, clock_);
  return when_ready(std::move(response), [pending](Response ready) {
    pending->finish(ready);
    return ready;
  });
}

}  // namespace dynadeck::faults
