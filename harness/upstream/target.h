// Where an upstream is: what --upstream names, and the endpoint a request goes to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/seam/operation.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"

namespace dynadeck {

// One server, as a connection needs it.
struct UpstreamEndpoint {
  bool tls = false;
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 80;

  std::string origin() const;       // "https://host:port"; the port where it is not the scheme's
  std::string host_header() const;  // "host" or "host:port"

  friend auto operator<=>(const UpstreamEndpoint&, const UpstreamEndpoint&) = default;
};

struct UpstreamRoute {
  UpstreamEndpoint endpoint;
  std::string path;    // begins and ends with '/'
  std::string region;  // to sign for
};

// Immutable.
class UpstreamTarget {
 public:
  // url: "http://host:8001", "https://host/prefix", or "aws" for
  //   "https://dynamodb.{region}.amazonaws.com". {region} and {account} stand for those of the
  //   client's scope.
  // region: empty, or what is used instead of the client's.
  // Fails with one line that says what was found and what was expected.
  static Outcome<UpstreamTarget, std::string> parse(std::string_view url, std::string_view region);

  // Streams have an endpoint of their own at AWS, and only there.
  // Fails where the scope's region or account cannot be part of a host name.
  Outcome<UpstreamRoute, std::string> route(Api api, const Scope& scope) const;

  // Whether requests go to AWS, which answers nobody without credentials.
  bool is_aws() const { return is_aws_; }
  const std::string& url() const { return url_; }

 private:
  UpstreamTarget() = default;
  std::string region_for(const Scope& scope) const;

  std::string url_;
  bool tls_ = false;
  std::string host_;  // may hold {region} and {account}
  std::uint16_t port_ = 0;
  std::string path_;
  std::string region_;  // empty: the client's
  bool is_aws_ = false;
};

}  // namespace dynadeck
