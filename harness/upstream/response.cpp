#include "harness/upstream/response.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "harness/http/compression.h"
#include "harness/seam/error.h"

namespace dynadeck {
namespace {

// Of the upstream's connection, or made anew by the HTTP layer for what it sends.
constexpr std::array<std::string_view, 12> kRebuiltHeaders = {"connection",
                                                              "content-encoding",
                                                              "content-length",
                                                              "content-type",
                                                              "date",
                                                              "keep-alive",
                                                              "proxy-authenticate",
                                                              "te",
                                                              "trailer",
                                                              "transfer-encoding",
                                                              "upgrade",
                                                              "x-amz-crc32"};

// A browser's permissions are the HTTP layer's to give: given twice, they are none.
constexpr std::string_view kPermissions = "access-control-";

bool is_own(std::string_view name) {
  if (equal_ignoring_case(name.substr(0, kPermissions.size()), kPermissions)) return true;
  return std::any_of(kRebuiltHeaders.begin(), kRebuiltHeaders.end(),
                     [&](std::string_view own) { return equal_ignoring_case(own, name); });
}

// "…#ResourceNotFoundException" in the body, or in the header that newer services use.
std::string error_code_of(const UpstreamReply& reply) {
  const auto document = nlohmann::json::parse(reply.body, nullptr, false);
  std::string type;
  if (document.is_object()) {
    const auto member = document.find("__type");
    if (member != document.end() && member->is_string()) type = member->get<std::string>();
  }
  if (type.empty()) type = reply.headers.find("x-amzn-errortype").value_or("");
  type.erase(std::min(type.find(':'), type.size()));
  return type.substr(type.find('#') + 1);
}

Outcome<Done, std::string> decompress(UpstreamReply& reply, std::size_t max_body_bytes) {
  const std::string_view encoding = reply.headers.find("content-encoding").value_or("identity");
  if (equal_ignoring_case(encoding, "identity") || encoding.empty()) return Done{};
  if (!equal_ignoring_case(encoding, "gzip")) {
    return "its Content-Encoding is '" + std::string(encoding) + "', which nobody asked for";
  }
  auto plain = gunzip(reply.body, max_body_bytes);
  if (!plain.ok()) {
    return std::string(plain.error() == GunzipError::kTooLarge
                           ? "its body is too long once it is decompressed"
                           : "its body is no gzip, although it says so");
  }
  reply.body = std::move(plain).value();
  return Done{};
}

std::optional<std::uint32_t> stated_crc(const HeaderList& headers) {
  const auto text = headers.find("x-amz-crc32");
  if (!text) return std::nullopt;
  std::uint32_t crc = 0;
  const auto [after, error] = std::from_chars(text->data(), text->data() + text->size(), crc);
  // What is no number says nothing.
  if (error != std::errc{} || after != text->data() + text->size()) return std::nullopt;
  return crc;
}

}  // namespace

Outcome<Response, std::string> upstream_response(UpstreamReply reply, std::size_t max_body_bytes) {
  const std::optional<std::uint32_t> stated = stated_crc(reply.headers);
  // DynamoDB's is over the bytes as sent; some stand-ins compute it before they compress.
  const bool crc_holds = !stated || crc32_of(reply.body) == *stated;
  auto decompressed = decompress(reply, max_body_bytes);
  if (!decompressed.ok()) return std::move(decompressed).error();
  if (!crc_holds) {
    const std::uint32_t actual = crc32_of(reply.body);
    if (actual != *stated) {
      return "its x-amz-crc32 is " + std::to_string(*stated) + ", its body's is " +
             std::to_string(actual);
    }
  }

  Response response;
  response.status = reply.status;
  if (reply.status >= 400) response.error_code = error_code_of(reply);
  const auto content_type = reply.headers.find("content-type");
  if (content_type) response.content_type = *content_type;
  response.body = std::move(reply.body);
  response.headers.reserve(reply.headers.size());
  for (const auto& [name, value] : reply.headers) {
    if (!is_own(name)) response.headers.add(name, value);
  }
  return response;
}

Response upstream_failure(const UpstreamFailure& failure, const std::string& origin) {
  using Kind = UpstreamFailure::Kind;
  std::string message =
      "dynadeck got no answer from the upstream " + origin + ": " + failure.reason;
  message += failure.never_left ? " (the request was not sent)" : "";
  Response response = error_response("InternalServerError", message);
  response.status = failure.kind == Kind::kTimeout ? 504 : 502;
  return response;
}

}  // namespace dynadeck
