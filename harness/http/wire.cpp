#include "harness/http/wire.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

#include "harness/http/compression.h"
#include "harness/http/framing.h"
#include "harness/seam/error.h"

namespace dynadeck {
namespace {

constexpr std::string_view kDefaultRegion = "us-east-1";
constexpr std::string_view kDefaultAccount = "000000000000";
constexpr std::string_view kSessionPrefix = "/_session/";

std::string_view media_type(const HttpRequest& http) {
  std::string_view type = http.headers.find("content-type").value_or("");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type;
}

bool is_json_type(std::string_view type) {
  return equal_ignoring_case(type, "application/x-amz-json-1.0") ||
         equal_ignoring_case(type, "application/x-amz-json-1.1") ||
         equal_ignoring_case(type, "application/json");
}

Operation operation_of(std::string_view target) {
  const std::size_t dot = target.find('.');
  if (dot == std::string_view::npos) return Operation::kUnknown;
  const std::string_view api = target.substr(0, dot);
  const std::string_view name = target.substr(dot + 1);
  if (api == "DynamoDB_20120810") return find_operation(Api::kDynamoDb, name);
  if (api == "DynamoDBStreams_20120810") return find_operation(Api::kStreams, name);
  return Operation::kUnknown;
}

// 12 digits are an account; every other key belongs to one account. The names that DynamoDB Local's
// users write for "no region" mean the first one.
Scope scope_of(const Authorization& authorization) {
  const std::string_view key = authorization.access_key;
  const bool account =
      key.size() == kDefaultAccount.size() && std::all_of(key.begin(), key.end(), [](char c) {
        return std::isdigit(static_cast<unsigned char>(c)) != 0;
      });
  const std::string_view region = authorization.region;
  const bool named = !region.empty() && region != "local" && region != "localhost";
  return {std::string(account ? key : kDefaultAccount),
          std::string(named ? region : kDefaultRegion)};
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    unsigned char byte = 0;
    const char* const digits = text.data() + 1;
    const bool escaped = text.front() == '%' && text.size() > 2 &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    out += escaped ? static_cast<char>(byte) : text.front();
    text.remove_prefix(escaped ? 3 : 1);
  }
  return out;
}

// From the target as it came: names of tests have slashes, which are escaped where they belong to
// the name.
std::string session_of(std::string_view target) {
  if (!target.starts_with(kSessionPrefix)) return {};
  target.remove_prefix(kSessionPrefix.size());
  return percent_decoded(target.substr(0, target.find_first_of("/?")));
}

bool is_gzipped(const HttpRequest& http) {
  const auto encoding = http.headers.find("content-encoding");
  return encoding && has_token(*encoding, "gzip");
}

// A body that is no JSON is found before anything else is; the engine finds it too, so it is only
// looked at where another refusal is due.
Response refused(std::string_view body, std::string_view code, std::string_view message) {
  if (!body.empty() && !nlohmann::json::accept(body)) {
    return error_response("SerializationException", "");
  }
  return error_response(code, message);
}

Response plain(int status, std::string_view body, std::string_view error_code) {
  Response response;
  response.status = status;
  response.content_type.clear();
  response.body = body;
  response.error_code = error_code;
  return response;
}

}  // namespace

Wire::Wire(const HttpOptions& options)
    : max_body_bytes_(options.max_body_bytes),
      verifier_(options.credentials),
      wire_time_(options.wire_time) {}

Outcome<Request, Response> Wire::read(HttpRequest& http) const {
  const std::string_view type = media_type(http);
  if (http.method != "POST" || (!http.body.empty() && !is_json_type(type))) return not_dynamodb();

  std::string decoded;
  const bool gzipped = is_gzipped(http);
  if (gzipped) {
    Outcome<std::string, GunzipError> plain_body = gunzip(http.body, max_body_bytes_);
    if (!plain_body.ok()) {
      if (plain_body.error() == GunzipError::kTooLarge) return unreadable(413);
      return error_response("SerializationException", "");
    }
    decoded = std::move(plain_body).value();
  }
  const std::string& body = gzipped ? decoded : http.body;

  Request request;
  request.operation = operation_of(http.headers.find("x-amz-target").value_or(""));
  if (request.operation == Operation::kUnknown) {
    return refused(body, "UnknownOperationException", "");
  }
  Outcome<Authorization, Refusal> authorization = read_authorization(http);
  if (!authorization.ok()) {
    return refused(body, authorization.error().code, authorization.error().message);
  }
  if (verifier_.armed()) {
    if (const auto refusal = verifier_.verify(http, *authorization, wire_time_())) {
      return refused(body, refusal->code, refusal->message);
    }
  }
  request.scope = scope_of(*authorization);
  request.access_key = authorization->access_key;
  request.session = session_of(http.target);
  request.headers = std::move(http.headers);
  request.body = gzipped ? std::move(decoded) : std::move(http.body);
  return request;
}

// Source: [peer] dynalite 4, index.js
Response Wire::not_dynamodb() {
  return plain(404, "<UnknownOperationException/>\n", "UnknownOperationException");
}

// Source: [peer] dynalite 4, index.js; the space at the end is AWS's.
Response Wire::health() { return plain(200, "healthy: dynamodb.us-east-1.amazonaws.com ", ""); }

// 413 is [doc] "Error handling with DynamoDB"; the body's form is that of AWS's front layer
// [chosen]: AWS sends none, and nobody can tell why from that.
Response Wire::unreadable(int status) {
  std::string_view code = "BadRequestException";
  std::string_view message = "The request is not valid HTTP/1.1.";
  if (status == 413) {
    code = "RequestEntityTooLargeException";
    message = "Request size exceeded the limit of 16777216 bytes.";
  } else if (status == 414 || status == 431) {
    code = "RequestHeaderTooLargeException";
    message = "The head of the request is too long.";
  } else if (status == 417) {
    code = "ExpectationFailedException";
    message = "The only expectation that can be met is 100-continue.";
  } else if (status == 501 || status == 505) {
    message = "The request uses an HTTP version or a transfer coding that is not supported.";
  }
  Response response;
  response.status = status;
  response.error_code = code;
  response.body.append(R"({"__type":"com.amazon.coral.service#)").append(code);
  response.body.append(R"(","message":)");
  append_json_string(response.body, message);
  response.body += '}';
  return response;
}

// Source: [peer] dynalite 4, index.js
Response Wire::preflight(const HttpRequest& http) {
  Response response = plain(200, "", "");
  if (const auto names = http.headers.find("access-control-request-headers")) {
    response.headers.add("Access-Control-Allow-Headers", std::string(*names));
  }
  if (const auto method = http.headers.find("access-control-request-method")) {
    response.headers.add("Access-Control-Allow-Methods", std::string(*method));
  }
  response.headers.add("Access-Control-Max-Age", "172800");
  return response;
}

}  // namespace dynadeck
