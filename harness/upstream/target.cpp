#include "harness/upstream/target.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace dynadeck {
namespace {

constexpr std::string_view kRegionPlace = "{region}";
constexpr std::string_view kAccountPlace = "{account}";
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

// How AWS's endpoints end, and what its streams endpoints begin with there.
// Source: [doc] the endpoint rule sets of dynamodb and dynamodbstreams in botocore 1.43.
struct Suffix {
  std::string_view text;
  std::string_view streams_prefix;
};
constexpr std::array kAwsSuffixes = {
    Suffix{".amazonaws.com", "streams."},
    Suffix{".amazonaws.com.cn", "streams."},
    Suffix{".amazonaws.eu", "streams."},
    Suffix{".api.aws", "streams-"},
    Suffix{".api.amazonwebservices.com.cn", "streams-"},
    Suffix{".api.amazonwebservices.eu", "streams-"},
};

const Suffix* aws_suffix(std::string_view host) {
  const auto* const found =
      std::find_if(kAwsSuffixes.begin(), kAwsSuffixes.end(),
                   [&](const Suffix& suffix) { return host.ends_with(suffix.text); });
  return found == kAwsSuffixes.end() ? nullptr : found;
}

// "dynamodb.eu-west-1.amazonaws.com" is in eu-west-1.
std::string region_in(std::string_view host) {
  const Suffix* const suffix = aws_suffix(host);
  if (suffix == nullptr || !host.starts_with("dynamodb")) return "";
  const std::string_view before = host.substr(0, host.size() - suffix->text.size());
  const std::size_t dot = before.find('.');
  if (dot == std::string_view::npos) return "";
  const std::string_view region = before.substr(dot + 1);
  return region.find_first_of(".{") == std::string_view::npos ? std::string(region) : "";
}

// The scope is whatever a client wrote into its Authorization header: only what can be one label
// of a host name may choose a host.
bool is_label(std::string_view text) {
  constexpr std::size_t kMaxLabel = 63;
  return !text.empty() && text.size() <= kMaxLabel && text.front() != '-' && text.back() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

void replace_all(std::string& text, std::string_view place, std::string_view with) {
  for (std::size_t at = text.find(place); at != std::string::npos;
       at = text.find(place, at + with.size())) {
    text.replace(at, place.size(), with);
  }
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || after != end || port == 0) return std::nullopt;
  return port;
}

struct Authority {
  std::string host;
  std::string_view port;  // empty without
};

// "host", "host:1", "[::1]:1".
std::optional<Authority> split_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && (rest.front() != ':' || rest.size() == 1)) return std::nullopt;
    return Authority{std::string(text.substr(1, close - 1)), rest.empty() ? rest : rest.substr(1)};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return Authority{std::string(text), ""};
  if (colon + 1 == text.size()) return std::nullopt;
  return Authority{std::string(text.substr(0, colon)), text.substr(colon + 1)};
}

bool is_host(std::string_view host) {
  return !host.empty() && std::none_of(host.begin(), host.end(), [](unsigned char byte) {
    return byte <= ' ' || byte >= 0x7f || byte == '@' || byte == '%';
  });
}

std::string refusal(std::string_view url) {
  return "upstream '" + std::string(url) +
         "': expected http://HOST[:PORT][/PATH], https://HOST[:PORT][/PATH] or aws";
}

}  // namespace

std::string UpstreamEndpoint::host_header() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? kHttpsPort : kHttpPort)) text += ":" + std::to_string(port);
  return text;
}

std::string UpstreamEndpoint::origin() const {
  return (tls ? "https://" : "http://") + host_header();
}

Outcome<UpstreamTarget, std::string> UpstreamTarget::parse(std::string_view url,
                                                           std::string_view region) {
  UpstreamTarget target;
  target.url_ = url == "aws" ? "https://dynamodb.{region}.amazonaws.com" : std::string(url);
  target.region_ = region;
  std::string_view rest = target.url_;
  target.tls_ = rest.starts_with("https://");
  if (!target.tls_ && !rest.starts_with("http://")) return refusal(url);
  rest.remove_prefix(target.tls_ ? 8 : 7);

  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::optional<Authority> authority = split_authority(rest.substr(0, slash));
  if (!authority || !is_host(authority->host)) return refusal(url);
  target.host_ = authority->host;
  target.port_ = target.tls_ ? kHttpsPort : kHttpPort;
  if (!authority->port.empty()) {
    const std::optional<std::uint16_t> port = parse_port(authority->port);
    if (!port) return refusal(url);
    target.port_ = *port;
  }

  target.path_ = slash == rest.size() ? "/" : std::string(rest.substr(slash));
  if (target.path_.find_first_of("?# \r\n") != std::string::npos) return refusal(url);
  if (!target.path_.ends_with('/')) target.path_ += '/';
  target.is_aws_ = aws_suffix(target.host_) != nullptr;
  if (target.region_.empty()) target.region_ = region_in(target.host_);
  if (!target.region_.empty() && !is_label(target.region_)) {
    return "upstream region '" + target.region_ + "': expected a region such as us-east-1";
  }
  return target;
}

std::string UpstreamTarget::region_for(const Scope& scope) const {
  return region_.empty() ? scope.region : region_;
}

Outcome<UpstreamRoute, std::string> UpstreamTarget::route(Api api, const Scope& scope) const {
  UpstreamRoute route;
  route.region = region_for(scope);
  route.path = path_;
  route.endpoint.tls = tls_;
  route.endpoint.port = port_;
  std::string host = host_;
  if (host.find('{') != std::string::npos) {
    if (!is_label(route.region)) {
      return "'" + route.region + "' is no region that " + url_ + " can be asked for";
    }
    replace_all(host, kRegionPlace, route.region);
    if (!is_label(scope.account) && host.find(kAccountPlace) != std::string::npos) {
      return "'" + scope.account + "' is no account that " + url_ + " can be asked for";
    }
    replace_all(host, kAccountPlace, scope.account);
  }
  // China is a partition of its own, with its own domain.
  if (is_aws_ && route.region.starts_with("cn-") && host.ends_with(".amazonaws.com")) host += ".cn";
  const Suffix* const suffix = aws_suffix(host);
  if (api == Api::kStreams && suffix != nullptr && host.starts_with("dynamodb")) {
    host.insert(0, suffix->streams_prefix);
  }
  route.endpoint.host = std::move(host);
  return route;
}

}  // namespace dynadeck
