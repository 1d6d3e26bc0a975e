#include "cassettes/tape/recorder.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <utility>

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kMostQueuedBytes = std::size_t{8} << 20;
// The writing thread takes what there is once it is worth being woken for, or this old.
constexpr std::size_t kBatchBytes = 2 * kFrameBytes;
constexpr std::chrono::milliseconds kFlushInterval{100};
// Requests come before their recording; the bounded queue keeps it from falling behind for long.
constexpr int kNiceness = 5;

// Before each record in the queue.
struct RecordHead {
  std::uint32_t bytes;
  std::uint32_t exchange;  // 1: a packed exchange; 0: a line
};

// An upper bound would be exact only after packing; this is near enough for a queue's limit.
std::size_t size_of(const InteractionView& exchange) {
  return exchange.request.size() + exchange.response.size() + 512;
}

void prepare_thread() {
  (void)pthread_setname_np(pthread_self(), "tape");
  // Linux keeps a niceness for each thread. Failure changes nothing but the load.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
}

}  // namespace

TapeRecorder::TapeRecorder(TapeWriter writer, RecorderOptions options, Stats& stats)
    : options_(std::move(options)),
      stats_(stats),
      writer_(std::move(writer)),
      completed_(writer_.last_completed()),
      thread_([this] { run(); }) {}

TapeRecorder::~TapeRecorder() { (void)close(); }

bool TapeRecorder::wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
  // An empty queue takes a record of any size.
  progress_.wait(lock, [&] {
    return stopping_ || queue_.empty() || queue_.size() + bytes <= kMostQueuedBytes;
  });
  if (stopping_) stats_.exchanges_lost.fetch_add(1, std::memory_order_relaxed);
  return !stopping_;
}

void TapeRecorder::add(InteractionView& exchange, const std::atomic<std::uint64_t>& arrivals) {
  std::unique_lock lock(mutex_);
  if (!wait_for_room(lock, size_of(exchange))) return;
  exchange.arrived = arrivals.load(std::memory_order_relaxed);
  const std::size_t start = queue_.size();
  queue_.resize(start + sizeof(RecordHead));
  pack(exchange, queue_);
  const std::size_t bytes = queue_.size() - start - sizeof(RecordHead);
  const RecordHead head{static_cast<std::uint32_t>(bytes), 1};
  std::memcpy(queue_.data() + start, &head, sizeof head);
  ++added_;
  // Waking the other thread is worth a system call only when there is enough to do.
  const bool enough = start < kBatchBytes && queue_.size() >= kBatchBytes;
  lock.unlock();
  if (enough) work_.notify_one();
}

void TapeRecorder::add_other(std::string_view line) {
  std::unique_lock lock(mutex_);
  if (!wait_for_room(lock, line.size())) return;
  const RecordHead head{static_cast<std::uint32_t>(line.size()), 0};
  queue_.append(reinterpret_cast<const char*>(&head), sizeof head);
  queue_ += line;
  ++added_;
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
  prepare_thread();
  std::string batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait_for(lock, kFlushInterval,
                   [&] { return stopping_ || flush_now_ || queue_.size() >= kBatchBytes; });
    // Under load batches follow each other and make their own frames; a flush would only end blocks
    // early. So it happens where the interval passed, or somebody asked.
    const bool busy = queue_.size() >= kBatchBytes;
    const bool flush = flush_now_ || stopping_ || !busy;
    const bool stop = stopping_;
    flush_now_ = false;
    std::swap(batch, queue_);
    const std::uint64_t taken = added_;
    lock.unlock();
    progress_.notify_all();

    const std::uint64_t bytes_before = writer_.file_bytes();
    writer_.set_hurried(busy);
    write(batch);
    Outcome<Done, std::string> done = Done{};
    if (stop) {
      done = writer_.finish();
    } else if (flush) {
      done = writer_.flush();
    }
    stats_.tape_bytes.fetch_add(writer_.file_bytes() - bytes_before, std::memory_order_relaxed);
    batch.clear();
    // What a few very large exchanges needed is not kept.
    if (batch.capacity() > 2 * kMostQueuedBytes) std::string().swap(batch);

    lock.lock();
    if (!done && error_.empty()) error_ = done.error();
    if (flush) flushed_ = taken;
    stopped_ = stop;
    if (flush) progress_.notify_all();
    if (stop) return;
  }
}

void TapeRecorder::write(std::string_view batch) {
  const std::uint64_t line_bytes_before = writer_.line_bytes();
  std::uint64_t recorded = 0;
  std::uint64_t lost = 0;
  while (!batch.empty()) {
    RecordHead head;
    std::memcpy(&head, batch.data(), sizeof head);
    const std::string_view record = batch.substr(sizeof head, head.bytes);
    batch.remove_prefix(sizeof head + head.bytes);
    if (head.exchange == 0) {
      (void)writer_.add_other(record);
      continue;
    }
    ++(write_exchange(unpacker_.show(record)) ? recorded : lost);
  }
  stats_.exchanges_recorded.fetch_add(recorded, std::memory_order_relaxed);
  stats_.exchanges_lost.fetch_add(lost, std::memory_order_relaxed);
  stats_.line_bytes.fetch_add(writer_.line_bytes() - line_bytes_before, std::memory_order_relaxed);
}

bool TapeRecorder::write_exchange(InteractionView& exchange) {
  exchange.completed = ++completed_;
  std::string request;
  std::string response;
  if (!options_.redactor.empty()) {
    Redactor::Found found;
    request = options_.redactor.request(exchange.request, found);
    response = options_.redactor.response(exchange.response, found);
    exchange.request = request;
    exchange.response = response;
    exchange.response_embeddable = false;  // what could not be rewritten is a bare pseudonym
  }
  return writer_.add(exchange).ok();
}

}  // namespace dynadeck::cassettes
