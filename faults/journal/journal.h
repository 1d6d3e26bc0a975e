// Who asked what, and what was done to them.
//
// The room: the newest requests with their answers and faults, kept for tests that look back.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "harness/seam/admin.h"
#include "harness/seam/clock.h"
#include "harness/seam/service.h"

namespace dynadeck::faults {

class JournalPage;

// One answered request. Its texts are the journal's, and last as long as the visit.
struct JournalEntry {
  struct Fault {
    std::string_view rule;
    std::string_view kind;
  };

  std::uint64_t sequence = 0;  // order of the answers, from 1
  Operation operation = Operation::kUnknown;
  std::vector<std::string_view> tables;
  std::string_view account;
  std::string_view region;
  std::string_view access_key;
  std::string_view session;
  std::string_view request_id;
  std::string_view invocation_id;  // the SDK's, of one logical call; empty without
  std::uint64_t attempt = 1;
  Clock::WallTime time;  // of the arrival
  std::chrono::nanoseconds duration{0};
  int status = 200;             // 0 where the client left before there was an answer
  std::string_view error_code;  // empty for a success; "abandoned" where the client left before
  std::vector<Fault> faults;
};

// A bounded record: the newest requests. Synchronized; each thread writes to pages of its own, so
// that writers do not meet, and readers hold nobody up.
class Journal {
 public:
  // capacity: how many entries are kept; 0 keeps none.
  explicit Journal(std::size_t capacity = 10'000);
  ~Journal();

  void record(const Request& request, const Response& response, Clock::WallTime time,
              std::chrono::nanoseconds duration);
  // Oldest first.
  void for_each(const std::function<void(const JournalEntry&)>& visit) const;
  // How many were recorded since the start or the last clear(), also those no longer kept.
  std::uint64_t recorded() const;
  void clear();

  // Changes with every entry and clear(): as long as it is the same, for_each() says the same.
  std::uint64_t version() const;

 private:
  struct Shelf;

  Shelf& shelf_of_this_thread();
  Shelf& find_or_add_shelf(std::thread::id owner);
  void begin_page(Shelf& shelf, std::size_t text_bytes);
  void put_away_old_pages();
  std::vector<std::shared_ptr<const JournalPage>> pages() const;
  // Entries up to this sequence are no longer kept, where `newest` is the newest.
  std::uint64_t newest_gone(std::uint64_t newest) const;

  const std::size_t capacity_;
  const std::uint64_t id_;                 // tells journals apart in threads' memories
  std::atomic<std::uint64_t> cleared_{0};  // entries up to this one are gone
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Shelf>> shelves_;       // guarded by mutex_; they stay
  alignas(64) std::atomic<std::uint64_t> newest_{0};  // the sequence given last; all write it
};

// Keeps the journal of what passes through it. Synchronized.
class JournalService : public Service {
 public:
  // journal and clock outlive the service.
  JournalService(std::unique_ptr<Service> next, Journal& journal, const Clock& clock);

  Response handle(const Request& request) override;

 private:
  Response finish_later(const Request& request, Response response, Clock::MonotonicTime start);

  const std::unique_ptr<Service> next_;
  Journal& journal_;
  const Clock& clock_;
};

// /_dynadeck/requests: GET with filters, counts and a wait; DELETE empties. journal and clock
// outlive the handler.
AdminHandler journal_handler(Journal& journal, const Clock& clock);

}  // namespace dynadeck::faults
