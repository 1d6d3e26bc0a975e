#include "faults/journal/journal.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>

#include "faults/journal/page.h"
#include "faults/requests/body_scan.h"

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

// The pages of one thread. It alone writes, without a lock; the others read.
struct alignas(64) Journal::Shelf {
  explicit Shelf(std::thread::id the_owner) : owner(the_owner) {}

  JournalPage* open = nullptr;            // the owner's: the newest of pages
  std::atomic<std::uint64_t> written{0};  // entries; only the owner changes it
  const std::thread::id owner;
  std::mutex mutex;
  std::deque<std::shared_ptr<JournalPage>> pages;  // guarded by mutex; oldest first
};

namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> ids{0};
  return ids.fetch_add(1) + 1;
}

std::uint64_t last_sequence(const JournalPage& page) { return page.sequence(page.size() - 1); }

}  // namespace

Journal::Journal(std::size_t capacity) : capacity_(capacity), id_(next_id()) {}

Journal::~Journal() = default;

Journal::Shelf& Journal::shelf_of_this_thread() {
  struct Mine {
    std::uint64_t journal = 0;
    Shelf* shelf = nullptr;
  };
  thread_local Mine mine;
  if (mine.journal != id_) mine = {id_, &find_or_add_shelf(std::this_thread::get_id())};
  return *mine.shelf;
}

// A thread that got the id of one that has ended goes on with its shelf.
Journal::Shelf& Journal::find_or_add_shelf(std::thread::id owner) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(shelves_.begin(), shelves_.end(),
                                  [&](const auto& shelf) { return shelf->owner == owner; });
  if (found != shelves_.end()) return **found;
  return *shelves_.emplace_back(std::make_unique<Shelf>(owner));
}

void Journal::record(const Request& request, const Response& response, Clock::WallTime time,
                     std::chrono::nanoseconds duration) {
  if (capacity_ == 0) return;
  const BodyScan body(request);
  const JournalPage::Record record{request,       response, sdk_call_of(request.headers),
                                   body.tables(), time,     duration};
  const std::size_t text_bytes = JournalPage::text_bytes(record);
  Shelf& shelf = shelf_of_this_thread();
  if (shelf.open == nullptr || !shelf.open->has_room(text_bytes)) {
    begin_page(shelf, text_bytes);
  }
  // The one locked instruction on the way. It comes before the page is written: one that came after
  // would wait until the page's lines are there.
  const std::uint64_t sequence = newest_.fetch_add(1, std::memory_order_acq_rel) + 1;
  shelf.open->append(sequence, record);
  shelf.written.store(shelf.written.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

void Journal::begin_page(Shelf& shelf, std::size_t text_bytes) {
  {
    const std::lock_guard lock(shelf.mutex);
    shelf.open = shelf.pages.emplace_back(std::make_shared<JournalPage>(text_bytes)).get();
  }
  put_away_old_pages();
}

std::uint64_t Journal::newest_gone(std::uint64_t newest) const {
  return std::max(newest > capacity_ ? newest - capacity_ : 0,
                  cleared_.load(std::memory_order_acquire));
}

// Of every thread's, but the page that it writes to.
void Journal::put_away_old_pages() {
  const std::uint64_t gone = newest_gone(newest_.load(std::memory_order_acquire));
  const std::lock_guard lock(mutex_);
  for (const auto& shelf : shelves_) {
    const std::lock_guard shelf_lock(shelf->mutex);
    while (shelf->pages.size() > 1 && last_sequence(*shelf->pages.front()) <= gone) {
      shelf->pages.pop_front();
    }
  }
}

std::vector<std::shared_ptr<const JournalPage>> Journal::pages() const {
  std::vector<std::shared_ptr<const JournalPage>> pages;
  const std::lock_guard lock(mutex_);
  for (const auto& shelf : shelves_) {
    const std::lock_guard shelf_lock(shelf->mutex);
    pages.insert(pages.end(), shelf->pages.begin(), shelf->pages.end());
  }
  return pages;
}

void Journal::for_each(const std::function<void(const JournalEntry&)>& visit) const {
  const std::uint64_t newest = newest_.load(std::memory_order_acquire);
  const std::uint64_t gone = newest_gone(newest);
  const auto kept = pages();
  struct Found {
    std::uint64_t sequence;
    const JournalPage* page;
    std::size_t at;
  };
  std::vector<Found> found;
  for (const auto& page : kept) {
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

std::uint64_t Journal::version() const {
  // Not by newest_: the entry of a sequence that was given may not be written yet.
  const std::lock_guard lock(mutex_);
  std::uint64_t version = cleared_.load();
  for (const auto& shelf : shelves_) version += shelf->written.load(std::memory_order_acquire);
  return version;
}

JournalService::JournalService(std::unique_ptr<Service> next, Journal& journal, const Clock& clock)
    : next_(std::move(next)), journal_(journal), clock_(clock) {}

Response JournalService::handle(const Request& request) {
  const Clock::MonotonicTime start = arrival_of(request, clock_);
  const Clock::WallTime time = clock_.at(start);
  Response response = next_->handle(request);
  if (response.deferred) {
    response = finish_later(request, std::move(response), start);
  } else {
    journal_.record(request, response, time, clock_.monotonic() - start);
  }
  return response;
}

Response JournalService::finish_later(const Request& request, Response response,
                                      Clock::MonotonicTime start) {
  auto pending = std::make_shared<Pending>(journal_, request, response, start, clock_);
  return when_ready(std::move(response), [pending](Response ready) {
    pending->finish(ready);
    return ready;
  });
}

}  // namespace dynadeck::faults
