// The way of PutRecords to a Kinesis endpoint.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <future>

#include "harness/kinesis_delivery.h"
#include "harness/sigv4.h"
#include "harness/upstream_target.h"
#include "harness/upstream_tls.h"

namespace dynadeck {
namespace {

// A stopping process waits no longer than that.
constexpr std::chrono::seconds kPatience{10};

struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;
};

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

// Local endpoints do not look at them.
Credentials credentials() {
  return {variable("AWS_ACCESS_KEY_ID", "dynadeck"), variable("AWS_SECRET_ACCESS_KEY", "dynadeck"),
          variable("AWS_SESSION_TOKEN", "")};
}

// Signatures go by the machine's calendar, whatever day the clock was moved to.
std::string signing_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[20];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

// arn:aws:kinesis:REGION:ACCOUNT:stream/NAME
Scope scope_of(std::string_view arn) {
  std::string_view parts[5];
  for (std::string_view& part : parts) {
    part = arn.substr(0, arn.find(':'));
    arn.remove_prefix(std::min(arn.size(), part.size() + 1));
  }
  return {std::string(parts[4]), std::string(parts[3])};
}

std::string signed_request(const UpstreamRoute& route, const std::string& body) {
  const Credentials keys = credentials();
  const std::string time = signing_time();
  HeaderList headers;
  headers.add("Host", route.endpoint.host_header());
  headers.add("Content-Type", "application/x-amz-json-1.1");
  headers.add("X-Amz-Date", time);
  headers.add("X-Amz-Target", "Kinesis_20131202.PutRecords");
  std::vector<std::string> names = {"content-type", "host", "x-amz-date", "x-amz-target"};
  if (!keys.session_token.empty()) {
    headers.add("X-Amz-Security-Token", keys.session_token);
    names.insert(names.end() - 1, "x-amz-security-token");
  }
  const std::string date = time.substr(0, 8);
  headers.add(
      "Authorization",
      sigv4::authorization(keys.access_key, keys.secret_key, {date, route.region, "kinesis"}, time,
                           {"POST", route.path, &headers, names, sigv4::sha256_hex(body)}));
  std::string bytes("POST " + route.path + " HTTP/1.1\r\n");
  for (const auto& [name, value] : headers) {
    bytes.append(name).append(": ").append(value).append("\r\n");
  }
  bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
  return bytes.append(body);
}

// What a sender needs for as long as it sends.
struct Connection {
  Connection(UpstreamTarget a_target, UpstreamClient::Options options, const Clock& clock)
      : target(std::move(a_target)), client(std::move(options), clock, stats) {}

  UpstreamTarget target;
  UpstreamStats stats;
  UpstreamClient client;
};

KinesisDelivery::Answer send(Connection& connection, const std::string& stream_arn,
                             const std::string& body) {
  const auto route = connection.target.route(Api::kDynamoDb, scope_of(stream_arn));
  if (!route.ok()) return {400, route.error()};
  auto waiting = std::make_shared<std::promise<KinesisDelivery::Answer>>();
  auto answer = waiting->get_future();
  connection.client.send(
      route->endpoint, signed_request(route.value(), body),
      [waiting](UpstreamClient::Result result) {
        waiting->set_value(result.ok() ? KinesisDelivery::Answer{result->status, result->body}
                                       : KinesisDelivery::Answer{0, result.error().reason});
      });
  return answer.get();
}

}  // namespace

Outcome<KinesisDelivery::Send, std::string> kinesis_sender(const std::string& url,
                                                           const Clock& clock) {
  auto target = UpstreamTarget::parse(url, "");
  if (!target.ok()) return "--kinesis-endpoint: " + target.error();
  UpstreamClient::Options options;
  options.timeouts.response = options.timeouts.total = kPatience;
  if (url.starts_with("https:")) {
    auto tls = UpstreamTls::open("");
    if (!tls.ok()) return "--kinesis-endpoint: " + tls.error();
    options.tls = std::move(tls).value();
  }
  // Shared, as a function has to be copyable.
  auto connection = std::make_shared<Connection>(std::move(target).value(), options, clock);
  return KinesisDelivery::Send(
      [connection](const std::string& stream_arn, const std::string& body) {
        return send(*connection, stream_arn, body);
      });
}

}  // namespace dynadeck
