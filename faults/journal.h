// Who asked what, and what was done to them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/admin.h"
#include "harness/clock.h"
#include "harness/service.h"

namespace dynadeck::faults {

// One answered request.
struct JournalEntry {
  std::uint64_t sequence = 0;  // order of the answers, from 1
  Operation operation = Operation::kUnknown;
  std::vector<std::string> tables;
  std::string account;
  std::string region;
  std::string access_key;
  std::string session;
  std::string request_id;
  std::string invocation_id;  // the SDK's, of one logical call; empty without
  std::uint64_t attempt = 1;
  Clock::WallTime time;  // of the arrival
  std::chrono::nanoseconds duration{0};
  int status = 200;        // 0 where the client left before there was an answer
  std::string error_code;  // empty for a success; "abandoned" where the client left before
  std::vector<InjectedFault> faults;
};

// A bounded record: the newest requests. Synchronized; writers of different entries do not meet.
class Journal {
 public:
  // capacity: how many entries are kept; 0 keeps none.
  explicit Journal(std::size_t capacity = 10'000);
  ~Journal();

  // Says that record() will be called shortly: what it will write to is fetched meanwhile.
  void expect();
  void record(const Request& request, const Response& response, Clock::WallTime time,
              std::chrono::nanoseconds duration);
  // Oldest first.
  void for_each(const std::function<void(const JournalEntry&)>& visit) const;
  // How many were recorded since the start or the last clear(), also those no longer kept.
  std::uint64_t recorded() const;
  void clear();

 private:
  struct Slot;
  struct Chunk;
  Slot& slot(std::uint64_t sequence);
  static constexpr std::size_t kChunkEntries = 256;

  const std::size_t capacity_;
  std::atomic<std::uint64_t> next_{0};       // entries ever begun
  std::atomic<std::uint64_t> cleared_{0};    // entries below are gone
  std::vector<std::atomic<Chunk*>> chunks_;  // owned; made when first written
};

// Keeps the journal of what passes through it. Synchronized.
class JournalService : public Service {
 public:
  // journal and clock outlive the service.
  JournalService(std::unique_ptr<Service> next, Journal& journal, const Clock& clock);

  Response handle(const Request& request) override;

 private:
  const std::unique_ptr<Service> next_;
  Journal& journal_;
  const Clock& clock_;
};

// /_dynadeck/requests: GET with filters, counts and a wait; DELETE empties. journal and clock
// outlive the handler.
AdminHandler journal_handler(Journal& journal, const Clock& clock);

}  // namespace dynadeck::faults
