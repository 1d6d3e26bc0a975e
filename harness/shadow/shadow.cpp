#include "harness/shadow/shadow.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/seam/error.h"
#include "harness/seam/request_view.h"
#include "harness/shadow/difference.h"

namespace dynadeck {
namespace {

constexpr std::size_t kMaxRequestBytes = 1'000;

// A request and what the primary said to it.
struct Pair {
  std::shared_ptr<const Request> request;
  Response primary;

  std::size_t bytes() const { return request->body.size() + primary.body.size(); }
};

struct Report {
  std::uint64_t sequence;
  std::string_view operation;
  std::string table;
  std::string request;
  std::vector<ShadowDifference> differences;
};

// Iterators and stream ARNs are each database's own. A primary that failed leaves open what it did.
bool comparable(const Request& request, const Response& primary) {
  return info(request.operation).api == Api::kDynamoDb && primary.status < 500;
}

bool unreachable(const Response& response) {
  return response.status == 502 || response.status == 504;
}

std::string table_of(const Request& request) {
  const auto tables = request.view().tables();
  return tables.empty() ? "" : tables[0];
}

Report report_on(const Request& request, std::vector<ShadowDifference> differences) {
  Report report{request.sequence, info(request.operation).name, table_of(request), request.body,
                std::move(differences)};
  if (report.request.size() > kMaxRequestBytes) {
    report.request.resize(kMaxRequestBytes);
    report.request += "...";
  }
  return report;
}

std::string headline(const Report& report) {
  std::string line(report.operation);
  if (!report.table.empty()) line += " on " + report.table;
  return line + " (request " + std::to_string(report.sequence) + ")";
}

void append_text(std::string& text, const Report& report) {
  text += "\n" + headline(report) + "\n  " + report.request + "\n";
  for (const ShadowDifference& each : report.differences) {
    const auto shown = [](const std::string& value) { return value.empty() ? "(nothing)" : value; };
    text += "  " + each.path + "\n    primary: " + shown(each.primary) +
            "\n    shadow:  " + shown(each.shadow) + "\n";
  }
}

void append_json(std::string& json, const Report& report) {
  json += R"({"sequence":)" + std::to_string(report.sequence) + R"(,"operation":)";
  append_json_string(json, report.operation);
  json += R"(,"table":)";
  append_json_string(json, report.table);
  json += R"(,"request":)";
  append_json_string(json, report.request);
  json += R"(,"differences":[)";
  for (std::size_t index = 0; index < report.differences.size(); ++index) {
    const ShadowDifference& each = report.differences[index];
    json += index == 0 ? R"({"path":)" : R"(,{"path":)";
    append_json_string(json, each.path);
    json += R"(,"primary":)";
    append_json_string(json, each.primary);
    json += R"(,"shadow":)";
    append_json_string(json, each.shadow);
    json += "}";
  }
  json += "]}";
}

}  // namespace

class ShadowService::State {
 public:
  State(std::unique_ptr<Service> shadow, ShadowOptions options)
      : shadow_(std::move(shadow)), options_(std::move(options)) {
    for (unsigned i = 0; i < std::max(1U, options_.lanes); ++i) {
      lanes_.push_back(std::make_unique<Lane>());
    }
    for (const auto& lane : lanes_) {
      lane->thread = std::thread([this, &lane = *lane] { work(lane); });
    }
  }

  // Ends the lanes. Apart from the destructor, which may run on one of them.
  void stop() {
    stopping_ = true;
    for (const auto& lane : lanes_) {
      { const std::lock_guard lock(lane->mutex); }
      lane->changed.notify_all();
    }
    for (const auto& lane : lanes_) lane->thread.join();
  }

  void offer(Pair pair) {
    if (!comparable(*pair.request, pair.primary)) {
      ++stats.skipped;
      return;
    }
    const std::size_t bytes = pair.bytes();
    if (stats.queued >= options_.max_queued_requests ||
        queued_bytes_ + bytes > options_.max_queued_bytes) {
      if (stats.dropped++ == 0 && options_.log) {
        options_.log("shadow " + options_.name + " is too slow: requests are not sent to it");
      }
      return;
    }
    ++stats.queued;
    queued_bytes_ += bytes;
    Lane& lane = *lanes_[std::hash<std::string>()(table_of(*pair.request)) % lanes_.size()];
    {
      const std::lock_guard lock(lane.mutex);
      lane.queue.push_back(std::move(pair));
    }
    lane.changed.notify_all();
  }

  void drain() {
    for (const auto& lane : lanes_) {
      std::unique_lock lock(lane->mutex);
      lane->changed.wait(lock, [&] { return lane->queue.empty() && !lane->busy; });
    }
  }

  Response admin(const AdminRequest& request);

  ShadowStats stats;

 private:
  struct Lane {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Pair> queue;  // guarded by mutex
    bool busy = false;       // guarded by mutex
    std::thread thread;
  };

  void work(Lane& lane);
  void compare(const Pair& pair);
  std::string as_json() const;
  std::string as_text() const;

  const std::unique_ptr<Service> shadow_;
  const ShadowOptions options_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> queued_bytes_{0};
  std::vector<std::unique_ptr<Lane>> lanes_;
  mutable std::mutex reports_mutex_;
  std::deque<Report> reports_;  // guarded by reports_mutex_
};

void ShadowService::State::work(Lane& lane) {
  std::unique_lock lock(lane.mutex);
  while (true) {
    lane.changed.wait(lock, [&] { return stopping_ || !lane.queue.empty(); });
    if (stopping_) return;
    const Pair pair = std::move(lane.queue.front());
    lane.queue.pop_front();
    lane.busy = true;
    lock.unlock();
    compare(pair);
    --stats.queued;
    queued_bytes_ -= pair.bytes();
    lock.lock();
    lane.busy = false;
    lane.changed.notify_all();
  }
}

void ShadowService::State::compare(const Pair& pair) {
  const Response answer = settle(shadow_->handle(*pair.request));
  if (unreachable(answer)) {
    if (stats.failed++ == 0 && options_.log) {
      options_.log("shadow " + options_.name + " does not answer: " + answer.body);
    }
    return;
  }
  auto differences = shadow_differences(*pair.request, pair.primary, answer);
  if (differences.empty()) {
    ++stats.same;
    return;
  }
  ++stats.different;
  Report report = report_on(*pair.request, std::move(differences));
  if (options_.log) {
    const ShadowDifference& first = report.differences.front();
    options_.log("shadow " + options_.name + " differs: " + headline(report) + ": " + first.path +
                 ": " + first.primary + " against " + first.shadow);
  }
  const std::lock_guard lock(reports_mutex_);
  reports_.push_back(std::move(report));
  if (reports_.size() > options_.kept_differences) reports_.pop_front();
}

std::string ShadowService::State::as_json() const {
  std::string json = R"({"shadow":)";
  append_json_string(json, options_.name);
  const auto add = [&json](std::string_view name, const std::atomic<std::uint64_t>& value) {
    json.append(",\"").append(name).append("\":").append(std::to_string(value.load()));
  };
  add("same", stats.same);
  add("different", stats.different);
  add("failed", stats.failed);
  add("dropped", stats.dropped);
  add("skipped", stats.skipped);
  add("queued", stats.queued);
  json += R"(,"differences":[)";
  const std::lock_guard lock(reports_mutex_);
  for (std::size_t index = 0; index < reports_.size(); ++index) {
    if (index > 0) json += ",";
    append_json(json, reports_[index]);
  }
  return json + "]}\n";
}

std::string ShadowService::State::as_text() const {
  std::string text = "shadow " + options_.name + ": " + std::to_string(stats.same) + " same, " +
                     std::to_string(stats.different) + " different, " +
                     std::to_string(stats.failed) + " failed, " + std::to_string(stats.dropped) +
                     " dropped, " + std::to_string(stats.skipped) + " skipped, " +
                     std::to_string(stats.queued) + " queued\n";
  const std::lock_guard lock(reports_mutex_);
  for (const Report& report : reports_) append_text(text, report);
  return text;
}

Response ShadowService::State::admin(const AdminRequest& request) {
  if (request.method == "DELETE") {
    const std::lock_guard lock(reports_mutex_);
    reports_.clear();
    for (auto* const counter :
         {&stats.same, &stats.different, &stats.failed, &stats.dropped, &stats.skipped}) {
      *counter = 0;
    }
    return admin_json(200, "{}\n");
  }
  if (request.method != "GET") return admin_error(405, "expected GET or DELETE");
  const auto format = request.query.find("format");
  if (format == request.query.end() || format->second == "json") return admin_json(200, as_json());
  if (format->second != "text") return admin_error(400, "format: expected json or text");
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = as_text();
  return response;
}

ShadowService::ShadowService(std::unique_ptr<Service> primary, std::unique_ptr<Service> shadow,
                             ShadowOptions options)
    : primary_(std::move(primary)),
      state_(std::make_shared<State>(std::move(shadow), std::move(options))) {}

ShadowService::~ShadowService() { state_->stop(); }

Response ShadowService::handle(const Request& request) {
  // The request may be gone when its turn comes at the shadow.
  auto copy = std::make_shared<const Request>(request.with_body(request.body));
  return when_ready(primary_->handle(request),
                    [state = state_, copy = std::move(copy)](Response response) {
                      state->offer({copy, response});
                      return response;
                    });
}

const ShadowStats& ShadowService::stats() const { return state_->stats; }

void ShadowService::drain() { state_->drain(); }

AdminHandler ShadowService::admin() const {
  return [state = state_](const AdminRequest& request) { return state->admin(request); };
}

}  // namespace dynadeck
