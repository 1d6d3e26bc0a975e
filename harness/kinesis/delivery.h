// Sends a table's changes to Kinesis data streams, as tables ask for that with
// EnableKinesisStreamingDestination; this room has nothing else.
//
// One thread takes records from a bounded queue and puts them in order, as PutRecords. A call has
// at most one record per item: where Kinesis refuses a part of it, what is refused is sent again
// before anything newer of the same items, so that the order of an item's changes holds. Writers
// never wait: what finds the queue full is dropped, counted, and named in the log by stream.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/streams/change_sink.h"
#include "harness/seam/result.h"
#include "harness/upstream/client.h"

namespace dynadeck {

struct KinesisStats {
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> retried{0};  // records that were sent again
  std::atomic<std::uint64_t> dropped{0};  // because the queue was full
  std::atomic<std::uint64_t> refused{0};  // by Kinesis, for good
  std::atomic<std::uint64_t> queued{0};   // now
};

// A body for PutRecords to the stream of that ARN.
std::string put_records_body(const std::string& stream_arn,
                             const std::vector<engine::KinesisRecord>& records);

// What became of each record of a PutRecords call: whether it has to be sent again. Nothing for
// what is no answer of PutRecords to so many records.
std::optional<std::vector<bool>> failed_records(const std::string& answer, std::size_t count);

// *Synchronized.*
class KinesisDelivery : public engine::ChangeSink {
 public:
  // What one call came to.
  struct Answer {
    int status = 0;  // 0: there was none
    std::string body;
  };
  // Sends one PutRecords and waits for its answer. Called by one thread at a time.
  using Send = std::function<Answer(const std::string& stream_arn, const std::string& body)>;

  struct Options {
    std::size_t max_queued_records = 100'000;
    std::chrono::milliseconds first_pause{50};  // before what failed is sent again; doubles
    std::chrono::milliseconds longest_pause{5000};
    std::chrono::milliseconds last_patience{1000};     // at the end, for what is still queued
    std::function<void(const std::string& line)> log;  // of what is lost
  };

  KinesisDelivery(Options options, Send send);
  // Gives up what has not been sent, and says so.
  ~KinesisDelivery() override;

  void deliver(engine::KinesisRecord record) override;

  // Waits until everything has been sent or dropped; false where that takes longer.
  bool drain(std::chrono::milliseconds patience);

  const KinesisStats& stats() const { return stats_; }

 private:
  void work();
  std::vector<engine::KinesisRecord> take_batch();
  void send_batch(std::vector<engine::KinesisRecord> batch);
  void give_back(std::vector<engine::KinesisRecord> batch);
  bool pause(std::chrono::milliseconds time);
  std::vector<std::string> report_drops(const char* reason);
  void log(const std::string& line) const;

  const Options options_;
  const Send send_;
  KinesisStats stats_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<engine::KinesisRecord> queue_;         // guarded by mutex_
  std::map<std::string, std::uint64_t> drops_;      // by stream, not yet told; guarded by mutex_
  std::chrono::steady_clock::time_point reported_;  // when drops were told; guarded by mutex_
  bool busy_ = false;                               // guarded by mutex_
  bool stopping_ = false;                           // guarded by mutex_
  std::thread thread_;                              // last: it works with all of these
};

// Sends to a Kinesis endpoint, signed with the credentials that the SDKs would find (a local one
// does not look at made-up ones). url: as for --upstream; {region} is that of the stream. ca_file:
// empty for the system's authorities. Fails with one line for people.
Outcome<KinesisDelivery::Send, std::string> kinesis_sender(const std::string& url,
                                                           const Clock& clock,
                                                           const std::string& ca_file = {});

}  // namespace dynadeck
