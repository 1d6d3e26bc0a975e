// The way from many threads to one tape.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "cassettes/redaction/redactor.h"
#include "cassettes/tape/packed_exchange.h"
#include "cassettes/tape/stats.h"
#include "cassettes/tape/writer.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// What is done to exchanges on their way to the tape.
struct RecorderOptions {
  Redactor redactor;
};

// Takes exchanges from any thread: that costs them a copy of the bytes. A thread of its own, of
// lower priority, redacts, hashes, compresses and writes them, at the latest 100 ms later. The
// queue between is bounded: who comes while it is full waits for the disk. Synchronized.
class TapeRecorder {
 public:
  // Borrows stats.
  TapeRecorder(TapeWriter writer, RecorderOptions options, Stats& stats);
  ~TapeRecorder();
  TapeRecorder(const TapeRecorder&) = delete;
  TapeRecorder& operator=(const TapeRecorder&) = delete;

  // Records one exchange; the order in which this happens is that of completion on the tape.
  // arrivals: how many have arrived; read in that same order, into exchange.arrived.
  void add(InteractionView& exchange, const std::atomic<std::uint64_t>& arrivals);
  // A line that is no exchange, with its line break.
  void add_other(std::string_view line);

  // Returns when all that was added before is decodable from the file.
  Outcome<Done, std::string> flush();
  // Writes all, index and seek table. Later lines are lost, and counted so. Idempotent.
  Outcome<Done, std::string> close();

  // What went wrong first; empty so far.
  std::string error() const;

 private:
  void run();
  // Waits until the queue takes so many bytes; false where nothing is recorded any more.
  bool wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes);
  // Of the writing thread.
  void write(std::string_view batch);
  bool write_exchange(InteractionView& exchange);

  const RecorderOptions options_;
  Stats& stats_;
  // Of the writing thread.
  TapeWriter writer_;
  Unpacker unpacker_;
  std::uint64_t completed_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::condition_variable progress_;
  std::string queue_;          // records: a head, then bytes
  std::uint64_t added_ = 0;    // records
  std::uint64_t flushed_ = 0;  // records
  bool flush_now_ = false;
  bool stopping_ = false;
  bool stopped_ = false;
  std::string error_;

  std::thread thread_;
};

}  // namespace dynadeck::cassettes
