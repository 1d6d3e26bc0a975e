#include "cassettes/tape_recorder.h"

#include <chrono>
#include <utility>

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kMostQueuedBytes = std::size_t{8} << 20;
// The writing thread takes what there is once it is worth a frame, or this old.
constexpr std::size_t kBatchBytes = kFrameBytes;
constexpr std::chrono::milliseconds kFlushInterval{100};

}  // namespace

TapeRecorder::TapeRecorder(TapeWriter writer, Stats& stats)
    : stats_(stats), writer_(std::move(writer)), thread_([this] { run(); }) {}

TapeRecorder::~TapeRecorder() { (void)close(); }

bool TapeRecorder::wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
  // An empty queue takes a line of any size.
  progress_.wait(lock, [&] {
    return stopping_ || queue_.text.empty() || queue_.text.size() + bytes <= kMostQueuedBytes;
  });
  if (stopping_) stats_.exchanges_lost.fetch_add(1, std::memory_order_relaxed);
  return !stopping_;
}

void TapeRecorder::add(std::string_view rest, const ExchangeFacts& facts) {
  std::unique_lock lock(mutex_);
  if (!wait_for_room(lock, rest.size())) return;
  std::string& text = queue_.text;
  const std::size_t start = text.size();
  append_line_prefix(text, ++completed_, facts.arrived);
  const std::size_t rest_start = text.size();
  text += rest;
  const auto piece = [&](std::string_view view) {
    if (view.empty()) return Piece{};
    const auto offset = rest_start + static_cast<std::size_t>(view.data() - rest.data());
    return Piece{static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(view.size())};
  };
  Entry& entry = queue_.entries.emplace_back();
  entry.line = {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(text.size() - start)};
  entry.exchange = true;
  entry.sequence = facts.sequence;
  entry.arrived = facts.arrived;
  entry.hash = facts.hash;
  entry.operation = facts.operation;
  entry.section = facts.section;
  entry.account = facts.account;
  entry.region = facts.region;
  entry.request = piece(facts.request);
  entry.response = piece(facts.response);
  ++added_;
  // Waking the other thread is worth a system call only when there is enough to do.
  const bool enough = start < kBatchBytes && text.size() >= kBatchBytes;
  lock.unlock();
  if (enough) work_.notify_one();
}

void TapeRecorder::add_other(std::string_view line) {
  std::unique_lock lock(mutex_);
  if (!wait_for_room(lock, line.size())) return;
  Entry& entry = queue_.entries.emplace_back();
  entry.line = {static_cast<std::uint32_t>(queue_.text.size()),
                static_cast<std::uint32_t>(line.size())};
  queue_.text += line;
  ++added_;
}

void TapeRecorder::set_completed(std::uint64_t completed) {
  const std::lock_guard lock(mutex_);
  completed_ = completed;
}

Outcome<Done, std::string> TapeRecorder::flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t wanted = added_;
  flush_now_ = true;
  work_.notify_one();
  progress_.wait(lock, [&] { return flushed_ >= wanted || stopped_; });
  if (!error_.empty()) return error_;
  return Done{};
}

Outcome<Done, std::string> TapeRecorder::close() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  progress_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  if (!error_.empty()) return error_;
  return Done{};
}

std::string TapeRecorder::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void TapeRecorder::run() {
  Batch batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait_for(lock, kFlushInterval,
                   [&] { return stopping_ || flush_now_ || queue_.text.size() >= kBatchBytes; });
    // Under load batches follow each other and make their own frames; a flush would only end blocks
    // early. So it happens where the interval passed, or somebody asked.
    const bool flush = flush_now_ || stopping_ || queue_.text.size() < kBatchBytes;
    const bool stop = stopping_;
    flush_now_ = false;
    std::swap(batch, queue_);
    const std::uint64_t taken = added_;
    lock.unlock();
    progress_.notify_all();

    write(batch);
    Outcome<Done, std::string> done = Done{};
    if (stop) {
      done = writer_.finish();
    } else if (flush) {
      done = writer_.flush();
    }
    stats_.line_bytes.fetch_add(batch.text.size(), std::memory_order_relaxed);
    batch.text.clear();
    batch.entries.clear();

    lock.lock();
    if (!done && error_.empty()) error_ = done.error();
    if (flush) flushed_ = taken;
    stopped_ = stop;
    if (flush) progress_.notify_all();
    if (stop) return;
  }
}

void TapeRecorder::write(const Batch& batch) {
  const std::uint64_t bytes_before = writer_.file_bytes();
  std::uint64_t recorded = 0;
  std::uint64_t lost = 0;
  const auto view = [&](Piece piece) {
    return std::string_view(batch.text).substr(piece.offset, piece.bytes);
  };
  for (const Entry& entry : batch.entries) {
    if (!entry.exchange) {
      (void)writer_.add_other(view(entry.line));
      continue;
    }
    const ExchangeFacts facts{entry.sequence, entry.arrived,       entry.hash,
                              entry.section,  entry.operation,     entry.account,
                              entry.region,   view(entry.request), view(entry.response)};
    const bool good = writer_.add_exchange(view(entry.line), facts).ok();
    ++(good ? recorded : lost);
  }
  stats_.exchanges_recorded.fetch_add(recorded, std::memory_order_relaxed);
  stats_.exchanges_lost.fetch_add(lost, std::memory_order_relaxed);
  stats_.tape_bytes.fetch_add(writer_.file_bytes() - bytes_before, std::memory_order_relaxed);
}

}  // namespace dynadeck::cassettes
