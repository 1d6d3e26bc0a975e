#include "harness/kinesis/delivery.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "engine/values/base64.h"

namespace dynadeck {
namespace {

// Source: [doc] Kinesis API reference, PutRecords; below its 5 MB, as base64 and keys count too.
constexpr std::size_t kMaxBatchRecords = 500;
constexpr std::size_t kMaxBatchBytes = 3 * 1024 * 1024;

// Drops are told that often at most.
constexpr std::chrono::seconds kReportPause{1};
constexpr const char* kQueueWasFull = "the queue was full";

// A stream that is not there, or credentials that do not fit, will not get better soon.
bool is_hopeless(const KinesisDelivery::Answer& answer) {
  return answer.status >= 400 && answer.status < 500 &&
         answer.body.find("ThroughputExceeded") == std::string::npos &&
         answer.body.find("Throttling") == std::string::npos;
}

std::string stream_name(const std::string& arn) {
  const std::size_t slash = arn.rfind('/');
  return slash == std::string::npos ? arn : arn.substr(slash + 1);
}

}  // namespace

std::string put_records_body(const std::string& stream_arn,
                             const std::vector<engine::KinesisRecord>& records) {
  // Names, keys and base64 need no escapes.
  std::string body("{\"StreamName\":\"");
  body.append(stream_name(stream_arn)).append("\",\"Records\":[");
  for (const engine::KinesisRecord& record : records) {
    body.append(&record == records.data() ? "{\"Data\":\"" : ",{\"Data\":\"");
    engine::append_base64(body, record.data);
    body.append("\",\"PartitionKey\":\"").append(record.partition_key).append("\"}");
  }
  return body.append("]}");
}

std::optional<std::vector<bool>> failed_records(const std::string& answer, std::size_t count) {
  const auto json = nlohmann::json::parse(answer, nullptr, false);
  if (!json.is_object() || !json.contains("Records") || json["Records"].size() != count) {
    return std::nullopt;
  }
  std::vector<bool> failed;
  for (const auto& record : json["Records"]) {
    failed.push_back(record.contains("ErrorCode") && !record["ErrorCode"].is_null());
  }
  return failed;
}

KinesisDelivery::KinesisDelivery(Options options, Send send)
    : options_(options), send_(std::move(send)), thread_([this] { work(); }) {}

KinesisDelivery::~KinesisDelivery() {
  (void)drain(options_.last_patience);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
  for (const std::string& line : report_drops(kQueueWasFull)) log(line);
  for (const engine::KinesisRecord& record : queue_) ++drops_[record.stream_arn];
  for (const std::string& line : report_drops("they were not sent before the end")) log(line);
}

void KinesisDelivery::deliver(engine::KinesisRecord record) {
  std::unique_lock lock(mutex_);
  if (queue_.size() >= options_.max_queued_records) {
    ++stats_.dropped;
    const bool is_first = drops_.empty();
    ++drops_[record.stream_arn];
    lock.unlock();
    if (is_first) log("kinesis: the queue is full: changes are dropped");
    return;
  }
  queue_.push_back(std::move(record));
  stats_.queued = queue_.size();
  changed_.notify_all();
}

bool KinesisDelivery::drain(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return queue_.empty() && !busy_; });
}

void KinesisDelivery::work() {
  while (true) {
    std::vector<engine::KinesisRecord> batch;
    std::vector<std::string> drops;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      batch = take_batch();
      busy_ = true;
      if (std::chrono::steady_clock::now() >= reported_ + kReportPause) {
        drops = report_drops(kQueueWasFull);
      }
    }
    for (const std::string& line : drops) log(line);
    send_batch(std::move(batch));
    const std::lock_guard lock(mutex_);
    busy_ = false;
    changed_.notify_all();
  }
}

// The oldest records of the first one's stream, one per item. The caller has the lock.
std::vector<engine::KinesisRecord> KinesisDelivery::take_batch() {
  std::vector<engine::KinesisRecord> batch;
  std::set<std::string> keys;
  std::size_t bytes = 0;
  const std::string stream = queue_.front().stream_arn;
  while (!queue_.empty() && batch.size() < kMaxBatchRecords) {
    engine::KinesisRecord& next = queue_.front();
    bytes += next.data.size();
    if (next.stream_arn != stream || (!batch.empty() && bytes > kMaxBatchBytes)) break;
    if (!keys.insert(next.partition_key).second) break;
    batch.push_back(std::move(next));
    queue_.pop_front();
  }
  stats_.queued = queue_.size();
  return batch;
}

// A line per stream that lost records since the last report. The caller has the lock, or is alone.
std::vector<std::string> KinesisDelivery::report_drops(const char* reason) {
  std::vector<std::string> lines;
  for (const auto& [stream, count] : drops_) {
    lines.push_back("kinesis: " + stream + " lost " + std::to_string(count) +
                    " records: " + reason);
  }
  drops_.clear();
  reported_ = std::chrono::steady_clock::now();
  return lines;
}

void KinesisDelivery::log(const std::string& line) const {
  if (options_.log) {
    options_.log(line);
  } else {
    spdlog::warn("{}", line);
  }
}

// Puts back what the end left unsent.
void KinesisDelivery::give_back(std::vector<engine::KinesisRecord> batch) {
  const std::lock_guard lock(mutex_);
  queue_.insert(queue_.begin(), std::make_move_iterator(batch.begin()),
                std::make_move_iterator(batch.end()));
}

// Whether to go on after the pause.
bool KinesisDelivery::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [&] { return stopping_; });
}

void KinesisDelivery::send_batch(std::vector<engine::KinesisRecord> batch) {
  const std::string stream = batch.front().stream_arn;
  std::chrono::milliseconds wait = options_.first_pause;
  while (true) {
    const Answer answer = send_(stream, put_records_body(stream, batch));
    if (is_hopeless(answer)) {
      log("kinesis: " + stream + " refuses " + std::to_string(batch.size()) +
          " records: " + answer.body);
      stats_.refused += batch.size();
      return;
    }
    const auto failed =
        answer.status == 200 ? failed_records(answer.body, batch.size()) : std::nullopt;
    std::vector<engine::KinesisRecord> left;
    for (std::size_t position = 0; position < batch.size(); ++position) {
      if (!failed || (*failed)[position]) left.push_back(std::move(batch[position]));
    }
    stats_.delivered += batch.size() - left.size();
    if (left.empty()) return;
    stats_.retried += left.size();
    batch = std::move(left);
    if (!pause(wait)) return give_back(std::move(batch));
    wait = std::min(wait * 2, options_.longest_pause);
  }
}

}  // namespace dynadeck
