#include "harness/kinesis_delivery.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "engine/base64.h"

namespace dynadeck {
namespace {

// Source: [doc] Kinesis API reference, PutRecords; below its 5 MB, as base64 and keys count too.
constexpr std::size_t kMaxBatchRecords = 500;
constexpr std::size_t kMaxBatchBytes = 3 * 1024 * 1024;

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
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void KinesisDelivery::deliver(engine::KinesisRecord record) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= options_.max_queued_records) {
    // The first of many says so.
    if (stats_.dropped++ == 0) spdlog::warn("kinesis: the queue is full: records are dropped");
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
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      batch = take_batch();
      busy_ = true;
    }
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
      spdlog::warn("kinesis: {} refuses {} records: {}", stream, batch.size(), answer.body);
      stats_.dropped += batch.size();
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
    if (!pause(wait)) return;
    wait = std::min(wait * 2, options_.longest_pause);
  }
}

}  // namespace dynadeck
