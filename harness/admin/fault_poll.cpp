#include "harness/admin/fault_poll.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "harness/upstream/client.h"

namespace dynadeck {
namespace {

// A fetch takes no longer than that, and no more.
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMaxDocumentBytes = std::size_t{4} * 1024 * 1024;

// Where a document is, and how it is asked for.
struct Source {
  UpstreamEndpoint endpoint;
  std::string path;  // with its query
};

Outcome<Source, std::string> parse_url(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = url.find_first_of("/?#", host);
  const std::string rest =
      path == std::string::npos ? std::string() : url.substr(path, url.find('#') - path);
  Source source;
  if (!rest.starts_with('/')) source.path = '/';
  source.path.append(rest);
  for (const unsigned char byte : source.path) {
    if (byte <= ' ' || byte == 0x7f) return std::string("expected a URL without spaces");
  }
  const std::string origin = url.substr(0, path);
  if (origin.find_first_of("{}") != std::string::npos) {
    return std::string("expected one server, not one per region or account");
  }
  const auto target = UpstreamTarget::parse(origin, "");
  if (!target.ok()) return target.error();
  const auto route = target->route(Api::kDynamoDb, Scope{});
  if (!route.ok()) return route.error();
  source.endpoint = route->endpoint;
  return source;
}

std::string request_for(const Source& source, const std::string& etag) {
  std::string bytes = "GET " + source.path + " HTTP/1.1\r\nHost: " + source.endpoint.host_header() +
                      "\r\nAccept: application/yaml, application/json, */*;q=0.1\r\n"
                      "User-Agent: dynadeck\r\n";
  if (!etag.empty()) bytes += "If-None-Match: " + etag + "\r\n";
  return bytes + "\r\n";
}

}  // namespace

bool is_fault_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

class FaultPoll::Loop {
 public:
  Loop(Options options, Source source, UpstreamClient::Options client, const Clock& clock,
       Follow follow)
      : options_(std::move(options)),
        source_(std::move(source)),
        follow_(std::move(follow)),
        client_(std::make_unique<UpstreamClient>(std::move(client), clock, wire_)) {}

  ~Loop() {
    std::unique_ptr<UpstreamClient> client;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      client = std::move(client_);
    }
    wake_.notify_all();
    client.reset();  // ends a fetch that is under way
    if (thread_.joinable()) thread_.join();
  }

  void run() {
    running_ = true;
    thread_ = std::thread([this] {
      while (wait()) note(fetch());
    });
  }

  // Nothing, or what went wrong in one line.
  std::string fetch() {
    auto waiting = std::make_shared<std::promise<UpstreamClient::Result>>();
    auto result = waiting->get_future();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return {};
      client_->send(
          source_.endpoint, request_for(source_, etag_),
          [waiting](UpstreamClient::Result answer) { waiting->set_value(std::move(answer)); });
    }
    return take(result.get());
  }

  const FaultPollStats& stats() const { return stats_; }
  const std::string& url() const { return options_.url; }

 private:
  std::string take(const UpstreamClient::Result& result) {
    if (!result.ok()) {
      // A process that goes down has not failed.
      if (result.error().kind == UpstreamFailure::Kind::kStopped) return {};
      ++stats_.failed;
      return result.error().reason;
    }
    if (result->status == 304) {
      ++stats_.unchanged;
      return {};
    }
    if (result->status != 200) {
      ++stats_.failed;
      return "it answers with status " + std::to_string(result->status) + ", expected 200";
    }
    const Outcome<bool, std::string> followed = follow_(result->body);
    if (!followed.ok()) {
      ++stats_.refused;
      etag_.clear();  // a wrong document is told of again each time
      return followed.error();
    }
    ++(*followed ? stats_.applied : stats_.unchanged);
    if (*followed && running_) options_.tell(url() + ": the fault rules have changed");
    etag_ = std::string(result->headers.find("ETag").value_or(""));
    return {};
  }

  // Tells what is new about a trouble, not that it goes on.
  void note(const std::string& trouble) {
    if (trouble == trouble_) return;
    trouble_ = trouble;
    if (trouble.empty()) {
      options_.tell(url() + ": the fault rules can be read again");
    } else {
      options_.warn(url() + ": " + trouble + " (the fault rules stay as they were)");
    }
  }

  bool wait() {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, options_.interval, [this] { return stopping_; });
  }

  const Options options_;
  const Source source_;
  const Follow follow_;
  FaultPollStats stats_;
  UpstreamStats wire_;
  bool running_ = false;  // the fetching thread's, like the next two
  std::string etag_;
  std::string trouble_;  // as it was told last
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;                   // guarded by mutex_
  std::unique_ptr<UpstreamClient> client_;  // guarded by mutex_
  std::thread thread_;
};

FaultPoll::FaultPoll(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}

FaultPoll::~FaultPoll() = default;

const FaultPollStats& FaultPoll::stats() const { return loop_->stats(); }

Outcome<std::unique_ptr<FaultPoll>, std::string> FaultPoll::start(Options options,
                                                                  const Clock& clock,
                                                                  Follow follow) {
  const std::string url = options.url;
  auto source = parse_url(url);
  if (!source.ok()) return url + ": " + source.error();
  UpstreamClient::Options client;
  client.timeouts.response = client.timeouts.total = kPatience;
  client.limits.max_body_bytes = kMaxDocumentBytes;
  client.max_connections = 1;
  if (source->endpoint.tls) {
    auto tls = UpstreamTls::open(options.ca_file);
    if (!tls.ok()) return url + ": " + tls.error();
    client.tls = std::move(tls).value();
  }
  auto loop = std::make_unique<Loop>(std::move(options), std::move(source).value(),
                                     std::move(client), clock, std::move(follow));
  if (const std::string trouble = loop->fetch(); !trouble.empty()) return url + ": " + trouble;
  loop->run();
  return std::unique_ptr<FaultPoll>(new FaultPoll(std::move(loop)));
}

}  // namespace dynadeck
