// Fault rules that are kept at a URL: fetched at the start, and again and again while the server
// runs.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "harness/seam/clock.h"
#include "harness/seam/result.h"

namespace dynadeck {

// What came of the fetches, the first one included. Synchronized.
struct FaultPollStats {
  std::atomic<std::uint64_t> unchanged{0};
  std::atomic<std::uint64_t> applied{0};
  std::atomic<std::uint64_t> refused{0};  // documents that are wrong; the rules before them stay
  std::atomic<std::uint64_t> failed{0};   // no answer, or none with a document
};

bool is_fault_url(std::string_view text);  // "http://..." or "https://..."

// Synchronized.
class FaultPoll {
 public:
  // Takes a document: whether it changed anything, or what is wrong with it. One thread at a time.
  using Follow = std::function<Outcome<bool, std::string>(std::string_view document)>;

  struct Options {
    std::string url;
    std::string ca_file;                           // as UpstreamTls has it
    std::chrono::milliseconds interval{5'000};     // from the end of one fetch to the next
    std::function<void(const std::string&)> tell;  // of a change
    std::function<void(const std::string&)> warn;
  };

  // Fetches and follows once; then goes on by itself, on a thread of its own. An ETag that comes
  // with a document is sent back, and a 304 is as good as the same document. clock outlives it.
  // Fails with one line that names the URL.
  static Outcome<std::unique_ptr<FaultPoll>, std::string> start(Options options, const Clock& clock,
                                                                Follow follow);
  ~FaultPoll();
  FaultPoll(const FaultPoll&) = delete;
  FaultPoll& operator=(const FaultPoll&) = delete;

  const FaultPollStats& stats() const;

 private:
  class Loop;
  explicit FaultPoll(std::unique_ptr<Loop> loop);
  const std::unique_ptr<Loop> loop_;
};

}  // namespace dynadeck
