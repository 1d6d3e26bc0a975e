#include "harness/tool_servers.h"

#include <memory>
#include <string>
#include <utility>

#include "harness/kinesis/delivery.h"
#include "harness/seam/clock.h"
#include "harness/upstream/upstream.h"

namespace dynadeck {
namespace {

using Done = dynadeck::Done;

constexpr std::size_t kMostQueued = 10'000;
// Without anything arriving.
constexpr std::chrono::seconds kPatience{60};

// What a log was last told. Synchronized.
class LastLine {
 public:
  std::function<void(const std::string&)> log() {
    return [state = state_](const std::string& line) {
      const std::lock_guard lock(state->mutex);
      state->line = line;
    };
  }
  std::string text() const {
    const std::lock_guard lock(state_->mutex);
    return state_->line;
  }

 private:
  struct State {
    std::mutex mutex;
    std::string line;  // guarded by mutex
  };
  // Shared with whoever logs for longer.
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class UpstreamDatabase final : public cassettes::RemoteDatabase {
 public:
  static Outcome<std::unique_ptr<cassettes::RemoteDatabase>, std::string> open(
      const cassettes::ServerChoice& choice) {
    auto database = std::make_unique<UpstreamDatabase>();
    UpstreamOptions options;
    options.url = choice.url;
    options.ca_file = choice.ca_file;
    options.signing = choice.sign ? UpstreamSigning::kAuto : UpstreamSigning::kNone;
    options.log = database->last_line_.log();
    auto upstream = UpstreamService::open(std::move(options), database->clock_);
    if (!upstream.ok()) return upstream.error();
    database->upstream_ = std::move(upstream).value();
    return std::unique_ptr<cassettes::RemoteDatabase>(std::move(database));
  }

  Outcome<Response, std::string> ask(const Request& request) override {
    // An upstream that cannot be asked is told to clients as an answer of ours; its log has why.
    const UpstreamStats& stats = upstream_->stats();
    const std::uint64_t before = stats.unsigned_requests + stats.bad_replies;
    const std::uint64_t replies = stats.replies;
    Response response = settle(upstream_->handle(request));
    const bool refused = stats.unsigned_requests + stats.bad_replies != before;
    if (refused || stats.replies == replies) return last_line_.text();
    return response;
  }

 private:
  AdjustableClock clock_;
  LastLine last_line_;
  std::unique_ptr<UpstreamService> upstream_;
};

class KinesisStream final : public cassettes::RemoteStream {
 public:
  static Outcome<std::unique_ptr<cassettes::RemoteStream>, std::string> open(
      const cassettes::ServerChoice& choice, const std::string& region, const std::string& stream) {
    auto opened = std::make_unique<KinesisStream>();
    auto send = kinesis_sender(choice.url, opened->clock_, choice.ca_file);
    if (!send.ok()) return send.error();
    opened->url_ = choice.url;
    opened->send_ = std::move(send).value();
    opened->arn_ = "arn:aws:kinesis:" + region + ":000000000000:stream/" + stream;
    return std::unique_ptr<cassettes::RemoteStream>(std::move(opened));
  }

  Outcome<Done, std::string> put(std::string partition_key, std::string data) override {
    engine::KinesisRecord record{arn_, std::move(partition_key), std::move(data)};
    if (delivery_ == nullptr) return put_first(std::move(record));
    delivery_->deliver(std::move(record));
    if (delivery_->stats().queued < kMostQueued) return refusal();
    return finish();
  }

  Outcome<Done, std::string> finish() override {
    if (delivery_ == nullptr) return Done{};
    std::uint64_t delivered = delivery_->stats().delivered;
    while (!delivery_->drain(kPatience)) {
      if (delivery_->stats().delivered == delivered) {
        return url_ + ": has taken nothing for " + std::to_string(kPatience.count()) + " s";
      }
      delivered = delivery_->stats().delivered;
    }
    return refusal();
  }

 private:
  // What is wrong with the endpoint, the stream or the credentials shows at once.
  Outcome<Done, std::string> put_first(engine::KinesisRecord record) {
    const KinesisDelivery::Answer answer = send_(arn_, put_records_body(arn_, {record}));
    if (answer.status == 0) return url_ + ": " + answer.body;
    if (answer.status != 200) {
      return url_ + ": answers " + std::to_string(answer.status) + " " + answer.body.substr(0, 200);
    }
    KinesisDelivery::Options options;
    options.max_queued_records = 2 * kMostQueued;
    options.log = last_line_.log();
    delivery_ = std::make_unique<KinesisDelivery>(std::move(options), send_);
    const auto failed = failed_records(answer.body, 1);
    if (!failed) return url_ + ": answers PutRecords with " + answer.body.substr(0, 200);
    if (failed->front()) delivery_->deliver(std::move(record));
    return Done{};
  }

  Outcome<Done, std::string> refusal() const {
    const KinesisStats& stats = delivery_->stats();
    if (stats.refused == 0 && stats.dropped == 0) return Done{};
    return last_line_.text();
  }

  AdjustableClock clock_;
  std::string url_;
  std::string arn_;
  LastLine last_line_;
  KinesisDelivery::Send send_;
  std::unique_ptr<KinesisDelivery> delivery_;  // once the first record has arrived
};

void pause(std::chrono::milliseconds duration) {
  Response later;
  later.deferred = Response::Deferred{duration, [] { return Response(); }, nullptr};
  (void)settle(std::move(later));
}

}  // namespace

cassettes::ToolServers tool_servers() {
  return {UpstreamDatabase::open, KinesisStream::open, pause};
}

}  // namespace dynadeck
