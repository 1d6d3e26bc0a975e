// DescribeLimits, DescribeEndpoints.
#include "engine/operations/operations.h"
#include "engine/values/json_text.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {

// Source: [doc] API reference, DescribeLimits, and "Quotas": a new account's.
Result<std::string> describe_limits(Core&, const Request&, const JsonValue&) {
  return std::string(R"({"AccountMaxReadCapacityUnits":80000,"AccountMaxWriteCapacityUnits":80000,)"
                     R"("TableMaxReadCapacityUnits":40000,"TableMaxWriteCapacityUnits":40000})");
}

// The endpoint is the one that was asked.
Result<std::string> describe_endpoints(Core&, const Request& request, const JsonValue&) {
  const auto host = request.headers.find("Host");
  std::string out(R"({"Endpoints":[{"Address":)");
  append_json_text(out, host ? *host : "dynamodb." + request.scope.region + ".amazonaws.com");
  out.append(R"(,"CachePeriodInMinutes":1440}]})");
  return out;
}

}  // namespace dynadeck::engine
