// The way of PutRecords to a Kinesis endpoint.
#include <algorithm>
#include <ctime>
#include <future>

#include "harness/aws/credential_chain.h"
#include "harness/aws/credentials.h"
#include "harness/aws/sigv4.h"
#include "harness/kinesis/delivery.h"
#include "harness/upstream/target.h"
#include "harness/upstream/tls.h"

namespace dynadeck {
namespace {

// A stopping process waits no longer than that.
constexpr std::chrono::seconds kPatience{10};

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

std::string signed_request(const AwsCredentials& keys, const UpstreamRoute& route,
                           const std::string& body) {
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

// Local endpoints do not look at them.
std::shared_ptr<const AwsCredentials> made_up_credentials() {
  AwsCredentials credentials;
  credentials.access_key = credentials.secret_key = "dynadeck";
  return std::make_shared<const AwsCredentials>(std::move(credentials));
}

// What a sender needs for as long as it sends.
struct Connection {
  Connection(UpstreamTarget a_target, std::unique_ptr<AwsCredentialProvider> the_credentials,
             UpstreamClient::Options options, const Clock& clock)
      : target(std::move(a_target)),
        credentials(std::move(the_credentials)),
        client(std::move(options), clock, stats) {}

  UpstreamTarget target;
  std::unique_ptr<AwsCredentialProvider> credentials;  // null: there are none
  UpstreamStats stats;
  UpstreamClient client;
};

KinesisDelivery::Answer send(Connection& connection, const std::string& stream_arn,
                             const std::string& body) {
  const auto route = connection.target.route(Api::kDynamoDb, scope_of(stream_arn));
  if (!route.ok()) return {400, route.error()};
  const auto keys =
      connection.credentials == nullptr ? made_up_credentials() : connection.credentials->current();
  auto waiting = std::make_shared<std::promise<KinesisDelivery::Answer>>();
  auto answer = waiting->get_future();
  connection.client.send(
      route->endpoint, signed_request(*keys, route.value(), body),
      [waiting](UpstreamClient::Result result) {
        waiting->set_value(result.ok() ? KinesisDelivery::Answer{result->status, result->body}
                                       : KinesisDelivery::Answer{0, result.error().reason});
      });
  return answer.get();
}

}  // namespace

Outcome<KinesisDelivery::Send, std::string> kinesis_sender(const std::string& url,
                                                           const Clock& clock,
                                                           const std::string& ca_file) {
  auto target = UpstreamTarget::parse(url, "");
  if (!target.ok()) return "--kinesis-endpoint: " + target.error();
  UpstreamClient::Options options;
  options.timeouts.response = options.timeouts.total = kPatience;
  if (url.starts_with("https:")) {
    auto tls = UpstreamTls::open(ca_file);
    if (!tls.ok()) return "--kinesis-endpoint: " + tls.error();
    options.tls = std::move(tls).value();
  }
  CredentialSources sources = CredentialSources::of_this_machine();
  sources.instance_metadata = target->is_aws();
  auto credentials = AwsCredentialProvider::open(std::move(sources), {});
  if (!credentials.ok() && (credentials.error().configured || target->is_aws())) {
    return "--kinesis-endpoint " + url + ": " + credentials.error().reason;
  }
  // Shared, as a function has to be copyable.
  auto connection = std::make_shared<Connection>(
      std::move(target).value(), credentials.ok() ? std::move(credentials).value() : nullptr,
      std::move(options), clock);
  return KinesisDelivery::Send(
      [connection](const std::string& stream_arn, const std::string& body) {
        return send(*connection, stream_arn, body);
      });
}

}  // namespace dynadeck
