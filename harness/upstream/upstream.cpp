#include "harness/upstream/upstream.h"

#include <array>
#include <chrono>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "harness/aws/credential_chain.h"
#include "harness/aws/sigv4.h"
#include "harness/seam/error.h"
#include "harness/upstream/request.h"
#include "harness/upstream/response.h"
#include "harness/upstream/target.h"

namespace dynadeck {
namespace {

constexpr std::chrono::seconds kLogPause{1};

Clock::WallTime machine_time() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// "20150830T123600Z"
std::string signing_time(Clock::WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm date{};
  gmtime_r(&seconds, &date);
  std::array<char, 17> text{};
  std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &date);
  return text.data();
}

// Lines about failures, thinned out: a dead upstream fails every request in the same way.
// Synchronized.
class FailureLog {
 public:
  FailureLog(std::function<void(const std::string&)> log, const Clock& clock)
      : log_(std::move(log)), clock_(clock) {}

  void add(const std::string& line) {
    if (!log_) return;
    std::uint64_t silent = 0;
    {
      const std::lock_guard lock(mutex_);
      const Clock::MonotonicTime now = clock_.monotonic();
      if (last_ && now - *last_ < kLogPause) {
        ++silent_;
        return;
      }
      last_ = now;
      silent = std::exchange(silent_, 0);
    }
    log_(silent == 0 ? line : line + " (and " + std::to_string(silent) + " more before it)");
  }

 private:
  const std::function<void(const std::string&)> log_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<Clock::MonotonicTime> last_;  // guarded by mutex_
  std::uint64_t silent_ = 0;                  // guarded by mutex_
};

// Keys derived from the secret: one per day and region. Synchronized.
class SigningKeys {
 public:
  std::string key(const std::shared_ptr<const AwsCredentials>& credentials, std::string_view date,
                  std::string_view region) {
    std::string name = std::string(date) + "/" + std::string(region);
    const std::lock_guard lock(mutex_);
    if (credentials != credentials_ || keys_.size() >= kMaxKeys) {
      credentials_ = credentials;
      keys_.clear();
    }
    auto [entry, added] = keys_.try_emplace(std::move(name));
    if (added) {
      entry->second = sigv4::signing_key(credentials->secret_key, {date, region, "dynamodb"});
    }
    return entry->second;
  }

 private:
  static constexpr std::size_t kMaxKeys = 1000;
  std::mutex mutex_;
  std::shared_ptr<const AwsCredentials> credentials_;  // guarded by mutex_
  std::map<std::string, std::string> keys_;            // guarded by mutex_
};

// One request from its start to its answer.
struct Exchange {
  UpstreamEndpoint endpoint;
  std::string_view operation;  // a name from the table of operations
  std::string request;
  std::optional<UpstreamClient::Result> result;
};

std::string admin_body(const std::string& description, const UpstreamStats& stats) {
  std::string body = R"({"upstream":)";
  append_json_string(body, description);
  const auto add = [&body](std::string_view name, auto value) {
    body.append(",\"").append(name).append("\":").append(std::to_string(value));
  };
  add("requests", stats.requests.load());
  add("replies", stats.replies.load());
  add("error_replies", stats.error_replies.load());
  add("unreachable", stats.unreachable.load());
  add("refused_tls", stats.refused_tls.load());
  add("timeouts", stats.timeouts.load());
  add("broken", stats.broken.load());
  add("bad_replies", stats.bad_replies.load());
  add("unsigned_requests", stats.unsigned_requests.load());
  add("retries", stats.retries.load());
  add("replaced_connections", stats.replaced_connections.load());
  add("opened_connections", stats.opened_connections.load());
  add("open_connections", stats.open_connections.load());
  add("requests_under_way", stats.requests_under_way.load());
  add("waiting_requests", stats.waiting_requests.load());
  add("sent_bytes", stats.sent_bytes.load());
  add("received_bytes", stats.received_bytes.load());
  add("reply_microseconds", stats.reply_microseconds.load());
  body += "}\n";
  return body;
}

}  // namespace

class UpstreamService::State {
 public:
  State(UpstreamOptions given, const Clock& clock, UpstreamTarget data,
        std::optional<UpstreamTarget> streams, std::unique_ptr<AwsCredentialProvider> provider,
        std::shared_ptr<UpstreamTls> tls)
      : options(std::move(given)),
        target(std::move(data)),
        streams_target(std::move(streams)),
        credentials(std::move(provider)),
        failures(options.log, clock),
        client({options.timeouts,
                options.max_connections,
                options.retries,
                {.max_body_bytes = options.max_body_bytes},
                std::move(tls)},
               clock, stats) {}

  Outcome<UpstreamRoute, std::string> route(const Request& request) const;
  std::string render(const Request& request, const UpstreamRoute& route);
  Response answer(Exchange& exchange);
  Response refuse(const Request& request, const std::string& reason);

  const UpstreamOptions options;
  const UpstreamTarget target;
  const std::optional<UpstreamTarget> streams_target;
  const std::unique_ptr<AwsCredentialProvider> credentials;  // null: nothing is signed
  SigningKeys keys;
  FailureLog failures;
  UpstreamStats stats;
  UpstreamClient client;  // the last: its thread uses what stands above

 private:
  void count(UpstreamFailure::Kind kind);
};

Outcome<UpstreamRoute, std::string> UpstreamService::State::route(const Request& request) const {
  Api api = info(request.operation).api;
  if (request.operation == Operation::kUnknown) {
    // An operation newer than dynadeck: the client says which API it belongs to.
    const auto name = request.headers.find("x-amz-target");
    if (name && name->starts_with("DynamoDBStreams_")) api = Api::kStreams;
  }
  const bool elsewhere = api == Api::kStreams && streams_target.has_value();
  return (elsewhere ? *streams_target : target).route(api, request.scope);
}

std::string UpstreamService::State::render(const Request& request, const UpstreamRoute& route) {
  if (credentials == nullptr) return upstream_request(request, route, nullptr);
  const std::shared_ptr<const AwsCredentials> current = credentials->current();
  const std::string time = signing_time(options.wire_time());
  const std::string key = keys.key(current, std::string_view(time).substr(0, 8), route.region);
  const UpstreamSigner signer{*current, key, time};
  return upstream_request(request, route, &signer);
}

Response UpstreamService::State::refuse(const Request& request, const std::string& reason) {
  ++stats.unsigned_requests;
  failures.add("upstream " + target.url() + ": " + std::string(info(request.operation).name) +
               " was not sent: " + reason);
  Response response = error_response(
      "InternalServerError", "dynadeck did not ask the upstream " + target.url() + ": " + reason);
  response.status = 502;
  return response;
}

void UpstreamService::State::count(UpstreamFailure::Kind kind) {
  switch (kind) {
    case UpstreamFailure::Kind::kUnreachable:
      ++stats.unreachable;
      break;
    case UpstreamFailure::Kind::kTls:
      ++stats.refused_tls;
      break;
    case UpstreamFailure::Kind::kTimeout:
      ++stats.timeouts;
      break;
    case UpstreamFailure::Kind::kBroken:
    case UpstreamFailure::Kind::kStopped:
      ++stats.broken;
      break;
    case UpstreamFailure::Kind::kBadReply:
      ++stats.bad_replies;
      break;
  }
}

Response UpstreamService::State::answer(Exchange& exchange) {
  UpstreamFailure failure;
  if (!exchange.result) {
    failure = {UpstreamFailure::Kind::kStopped, "nobody has answered yet", false};
  } else if (exchange.result->ok()) {
    auto response = upstream_response(std::move(*exchange.result).value(), options.max_body_bytes);
    if (response.ok()) return std::move(response).value();
    failure = {UpstreamFailure::Kind::kBadReply, response.error(), false};
  } else {
    failure = std::move(*exchange.result).error();
  }
  count(failure.kind);
  const std::string origin = exchange.endpoint.origin();
  failures.add("upstream " + origin + ": " + std::string(exchange.operation) + ": " +
               failure.reason);
  return upstream_failure(failure, origin);
}

Outcome<std::unique_ptr<UpstreamService>, std::string> UpstreamService::open(
    UpstreamOptions options, const Clock& clock) {
  return open(std::move(options), clock, CredentialSources::of_this_machine());
}

Outcome<std::unique_ptr<UpstreamService>, std::string> UpstreamService::open(
    UpstreamOptions options, const Clock& clock, CredentialSources sources) {
  auto target = UpstreamTarget::parse(options.url, options.region);
  if (!target.ok()) return target.error();
  std::optional<UpstreamTarget> streams_target;
  if (!options.streams_url.empty()) {
    auto parsed = UpstreamTarget::parse(options.streams_url, options.region);
    if (!parsed.ok()) return parsed.error();
    streams_target = std::move(parsed).value();
  }
  // Both may differ in this: whichever needs TLS gets it.
  auto tls = UpstreamTls::open(options.ca_file);
  if (!tls.ok()) return tls.error();

  if (!options.wire_time) options.wire_time = machine_time;
  std::unique_ptr<AwsCredentialProvider> credentials;
  if (options.signing == UpstreamSigning::kAuto) {
    sources.instance_metadata = target->is_aws();
    auto found = AwsCredentialProvider::open(std::move(sources), {options.wire_time, options.log});
    if (found.ok()) {
      credentials = std::move(found).value();
    } else if (found.error().configured || target->is_aws()) {
      return "upstream " + target->url() + ": " + found.error().reason;
    }
  }
  return std::unique_ptr<UpstreamService>(new UpstreamService(std::make_shared<State>(
      std::move(options), clock, std::move(target).value(), std::move(streams_target),
      std::move(credentials), std::move(tls).value())));
}

UpstreamService::UpstreamService(std::shared_ptr<State> state) : state_(std::move(state)) {}

UpstreamService::~UpstreamService() = default;

Response UpstreamService::handle(const Request& request) {
  auto route = state_->route(request);
  if (!route.ok()) return state_->refuse(request, route.error());
  const auto exchange = std::make_shared<Exchange>();
  exchange->operation = info(request.operation).name;
  exchange->request = state_->render(request, *route);
  exchange->endpoint = std::move(route->endpoint);

  Response response;
  response.deferred = Response::Deferred();
  response.deferred->start = [state = state_, exchange](std::function<void()> wake) {
    state->client.send(exchange->endpoint, std::move(exchange->request),
                       [exchange, wake = std::move(wake)](UpstreamClient::Result result) {
                         exchange->result.emplace(std::move(result));
                         wake();
                       });
  };
  response.deferred->resume = [state = state_, exchange] { return state->answer(*exchange); };
  return response;
}

void UpstreamService::read_at(std::shared_ptr<SocketWatch> watch) {
  state_->client.read_at(std::move(watch));
}

const UpstreamStats& UpstreamService::stats() const { return state_->stats; }

std::string UpstreamService::description() const {
  std::string text = state_->target.url();
  if (state_->streams_target) text += ", streams " + state_->streams_target->url();
  if (state_->credentials != nullptr) {
    return text + ", signed with credentials from " + state_->credentials->current()->source;
  }
  return text + ", with the clients' own signatures";
}

AdminHandler UpstreamService::admin() const {
  return [state = state_, description = description()](const AdminRequest& request) {
    if (request.method != "GET") return admin_error(405, "expected GET");
    return admin_json(200, admin_body(description, state->stats));
  };
}

}  // namespace dynadeck
