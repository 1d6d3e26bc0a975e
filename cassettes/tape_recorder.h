// The way from many threads to one tape.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cassettes/stats.h"
#include "cassettes/tape_writer.h"
#include "harness/result.h"

namespace dynadeck::cassettes {

// Takes finished lines from any thread and writes them from one of its own, at the latest 100 ms
// later. Its queue is bounded: who comes while it is full waits for the disk. Synchronized.
class TapeRecorder {
 public:
  // Borrows stats.
  TapeRecorder(TapeWriter writer, Stats& stats);
  ~TapeRecorder();
  TapeRecorder(const TapeRecorder&) = delete;
  TapeRecorder& operator=(const TapeRecorder&) = delete;

  // Records one exchange. rest: its line behind the prefix. facts.operation lives for ever, as the
  // names in harness/operation.h do; request and response are empty or inside `rest`.
  void add(std::string_view rest, const ExchangeFacts& facts);
  // A line that is no exchange, with its line break.
  void add_other(std::string_view line);

  // The order of completion begins there: behind what the tape holds already.
  void set_completed(std::uint64_t completed);

  // Returns when all that was added before is decodable from the file.
  Outcome<Done, std::string> flush();
  // Writes all, index and seek table. Later lines are lost, and counted so. Idempotent.
  Outcome<Done, std::string> close();

  // What went wrong first; empty so far.
  std::string error() const;

 private:
  // Offsets into Batch::text, so that the text may move while it grows.
  struct Piece {
    std::uint32_t offset = 0;
    std::uint32_t bytes = 0;
  };
  struct Entry {
    Piece line;
    bool exchange = false;
    std::uint64_t sequence = 0, arrived = 0, hash = 0;
    std::string_view operation;
    std::string section, account, region;
    Piece request, response;
  };
  struct Batch {
    std::string text;
    std::vector<Entry> entries;
  };

  void run();
  void write(const Batch& batch);
  bool wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes);

  Stats& stats_;
  TapeWriter writer_;  // of the writing thread

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::condition_variable progress_;
  Batch queue_;
  std::uint64_t completed_ = 0;
  std::uint64_t added_ = 0;    // lines
  std::uint64_t flushed_ = 0;  // lines
  bool flush_now_ = false;
  bool stopping_ = false;
  bool stopped_ = false;
  std::string error_;

  std::thread thread_;
};

}  // namespace dynadeck::cassettes
