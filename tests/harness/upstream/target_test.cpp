#include "harness/upstream/target.h"

#include <catch2/catch.hpp>

using namespace dynadeck;

namespace {

UpstreamTarget target(std::string_view url, std::string_view region = "") {
  auto parsed = UpstreamTarget::parse(url, region);
  REQUIRE(parsed.ok());
  return std::move(parsed).value();
}

const Scope kIreland{"123456789012", "eu-west-1"};

}  // namespace

TEST_CASE("an upstream's URL names scheme, host, port and path", "[upstream]") {
  struct Row {
    std::string url, origin, host_header, path;
  };
  const Row row =
      GENERATE(Row{"http://localhost:8001", "http://localhost:8001", "localhost:8001", "/"},
               Row{"http://db.internal", "http://db.internal", "db.internal", "/"},
               Row{"https://db.internal", "https://db.internal", "db.internal", "/"},
               Row{"https://db.internal:443/", "https://db.internal", "db.internal", "/"},
               Row{"https://db.internal:8443/dynamo", "https://db.internal:8443",
                   "db.internal:8443", "/dynamo/"},
               Row{"http://[::1]:8001/a/b/", "http://[::1]:8001", "[::1]:8001", "/a/b/"});
  CAPTURE(row.url);
  const auto route = target(row.url).route(Api::kDynamoDb, kIreland);
  REQUIRE(route.ok());
  CHECK(route->endpoint.origin() == row.origin);
  CHECK(route->endpoint.host_header() == row.host_header);
  CHECK(route->path == row.path);
  CHECK(route->region == "eu-west-1");
}

TEST_CASE("the host follows the client's region, and streams have their own at AWS", "[upstream]") {
  struct Row {
    std::string url, fixed_region, client_region, data_host, streams_host, signed_region;
  };
  const Row row = GENERATE(
      Row{"aws", "", "eu-west-1", "dynamodb.eu-west-1.amazonaws.com",
          "streams.dynamodb.eu-west-1.amazonaws.com", "eu-west-1"},
      Row{"aws", "us-west-2", "eu-west-1", "dynamodb.us-west-2.amazonaws.com",
          "streams.dynamodb.us-west-2.amazonaws.com", "us-west-2"},
      Row{"aws", "", "cn-north-1", "dynamodb.cn-north-1.amazonaws.com.cn",
          "streams.dynamodb.cn-north-1.amazonaws.com.cn", "cn-north-1"},
      Row{"https://dynamodb.ap-south-1.amazonaws.com", "", "us-east-1",
          "dynamodb.ap-south-1.amazonaws.com", "streams.dynamodb.ap-south-1.amazonaws.com",
          "ap-south-1"},
      Row{"https://dynamodb-fips.{region}.amazonaws.com", "", "us-east-1",
          "dynamodb-fips.us-east-1.amazonaws.com", "streams.dynamodb-fips.us-east-1.amazonaws.com",
          "us-east-1"},
      Row{"https://dynamodb.{region}.api.aws", "", "us-east-1", "dynamodb.us-east-1.api.aws",
          "streams-dynamodb.us-east-1.api.aws", "us-east-1"},
      Row{"https://{account}.ddb.{region}.amazonaws.com", "", "us-east-1",
          "123456789012.ddb.us-east-1.amazonaws.com", "123456789012.ddb.us-east-1.amazonaws.com",
          "us-east-1"},
      Row{"http://localhost:8001", "", "eu-west-1", "localhost", "localhost", "eu-west-1"});
  CAPTURE(row.url, row.client_region);
  const Scope scope{"123456789012", row.client_region};
  const auto data = target(row.url, row.fixed_region).route(Api::kDynamoDb, scope);
  const auto streams = target(row.url, row.fixed_region).route(Api::kStreams, scope);
  REQUIRE(data.ok());
  REQUIRE(streams.ok());
  CHECK(data->endpoint.host == row.data_host);
  CHECK(streams->endpoint.host == row.streams_host);
  CHECK(data->region == row.signed_region);
}

TEST_CASE("a client cannot write itself another host", "[upstream]") {
  const std::string region = GENERATE(as<std::string>{}, "evil.com/?", "", "a.b", "x@evil.com#",
                                      "-", "US-EAST-1", std::string(64, 'a'));
  CAPTURE(region);
  CHECK_FALSE(target("aws").route(Api::kDynamoDb, {"000000000000", region}).ok());
}

TEST_CASE("what is no upstream is refused with its name", "[upstream]") {
  const std::string url =
      GENERATE("", "localhost:8001", "ftp://x", "http://", "http://:80", "http://a:b", "http://a:0",
               "http://a:70000", "http://a:", "http://[::1", "http://u@a/", "http://a/?x=1",
               "http://a b/", "http://[::1]x");
  const auto parsed = UpstreamTarget::parse(url, "");
  CAPTURE(url);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().find("'" + url + "'") != std::string::npos);
}
