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

}  // namespace dynadeck
