#include "harness/seam/admin.h"

#include "harness/seam/error.h"

namespace dynadeck {

Response admin_json(int status, std::string json) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(json);
  return response;
}

Response admin_error(int status, std::string_view message) {
  std::string body = R"({"error":)";
  append_json_string(body, message);
  body += "}\n";
  return admin_json(status, std::move(body));
}

Response method_not_allowed(const AdminRequest& request, std::string_view allowed) {
  Response response =
      admin_error(405, request.path + " takes " + std::string(allowed) + ", not " + request.method);
  response.headers.add("Allow", std::string(allowed));
  return response;
}

std::string query_parameter(const AdminRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

}  // namespace dynadeck
