// A second DynamoDB that is asked what the first one was asked, and listened to in silence. This
// room asks it, and tells how its answers differ.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "harness/seam/admin.h"
#include "harness/seam/service.h"

namespace dynadeck {

struct ShadowOptions {
  std::string name;  // of the shadow, for people: its URL, or "embedded"
  // What is more than this is not compared: the client never waits, and memory has an end.
  std::size_t max_queued_requests = 1'000;
  std::size_t max_queued_bytes = std::size_t{64} * 1024 * 1024;
  // Requests for one table go one after another through one lane, so that the shadow's items change
  // in the order in which the primary answered.
  unsigned lanes = 8;
  std::size_t kept_differences = 100;  // the newest
  // Told of differences, one line each, and of requests that were lost. Called from many threads at
  // once; empty: nobody is told.
  std::function<void(const std::string& line)> log;
};

// Counted since the start, or the last DELETE of the report; `queued` is what it is now.
// Synchronized.
struct ShadowStats {
  std::atomic<std::uint64_t> same{0};
  std::atomic<std::uint64_t> different{0};
  std::atomic<std::uint64_t> failed{0};   // the shadow could not be reached
  std::atomic<std::uint64_t> dropped{0};  // the queue was full; the shadow may now lack a write
  std::atomic<std::uint64_t> skipped{0};  // nothing that two databases could agree on
  std::atomic<std::uint64_t> queued{0};
};

// Answers with what the primary answers, unchanged, and no later. What the primary has answered
// goes to the shadow afterwards; its answer is compared and forgotten. Synchronized.
class ShadowService : public Service {
 public:
  ShadowService(std::unique_ptr<Service> primary, std::unique_ptr<Service> shadow,
                ShadowOptions options);
  // Finishes the comparison it is at; what is queued behind it is dropped.
  ~ShadowService() override;

  Response handle(const Request& request) override;

  const ShadowStats& stats() const;
  // Waits until nothing is queued and nothing compared. For tests and the end of a run.
  void drain();
  // For /_dynadeck/shadow. GET: figures and the newest differences as JSON, or for a person with
  // ?format=text. DELETE: begins anew.
  AdminHandler admin() const;

 private:
  class State;
  const std::unique_ptr<Service> primary_;
  // Shared with answers that do not exist yet.
  const std::shared_ptr<State> state_;
};

}  // namespace dynadeck
