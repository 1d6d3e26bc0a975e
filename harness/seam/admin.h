// Requests that are not DynamoDB's: /_dynadeck/*, /_aws/*, /_localstack/*, /metrics.
#pragma once

#include <map>
#include <string>

#include "harness/seam/service.h"

namespace dynadeck {

struct AdminRequest {
  std::string method;  // "GET"
  std::string path;    // "/_dynadeck/faults", decoded, without the query
  std::multimap<std::string, std::string> query;
  HeaderList headers;
  std::string body;
};

// Answers below one path. Called from many threads at once; never throws. The answer may be
// deferred, as any Response: that is how a request waits for something without holding a worker.
using AdminHandler = std::function<Response(const AdminRequest&)>;

// An answer in JSON (application/json); `json` is the body.
Response admin_json(int status, std::string json);

// {"error": message}
Response admin_error(int status, std::string_view message);

// 405, with what the path takes: "GET, PUT".
Response method_not_allowed(const AdminRequest& request, std::string_view allowed);

// A parameter of the query; empty where it is not given.
std::string query_parameter(const AdminRequest& request, const std::string& name);

}  // namespace dynadeck
