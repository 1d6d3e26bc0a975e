#include "harness/upstream/request.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <vector>

#include "harness/aws/sigv4.h"

namespace dynadeck {
namespace {

constexpr std::string_view kServiceName = "dynamodb";

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  });
  return result;
}

template <std::size_t kSize>
bool is_one_of(std::string_view name, const std::array<std::string_view, kSize>& names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view known) { return equal_ignoring_case(name, known); });
}

// Of the client's connection, or of the body as it was before it was decoded.
constexpr std::array<std::string_view, 13> kHopHeaders = {"accept-encoding",
                                                          "connection",
                                                          "content-encoding",
                                                          "content-length",
                                                          "expect",
                                                          "keep-alive",
                                                          "proxy-connection",
                                                          "proxy-authorization",
                                                          "te",
                                                          "trailer",
                                                          "trailers",
                                                          "transfer-encoding",
                                                          "upgrade"};

// What a signature of ours takes at most, without the session's token.
constexpr std::size_t kSignatureBytes = 512;

// Of the client's signature.
constexpr std::array<std::string_view, 6> kSignatureHeaders = {
    "authorization", "date", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"};

bool accepts_gzip(const HeaderList& headers) {
  const auto accepted = headers.find("accept-encoding");
  return accepted && lower(*accepted).find("gzip") != std::string::npos;
}

// The client's headers but for its signature: that will be ours.
HeaderList unsigned_headers(const Request& request) {
  HeaderList headers;
  headers.reserve(request.headers.size() + 4);
  for (const auto& [name, value] : request.headers) {
    if (!is_one_of(name, kHopHeaders) && !is_one_of(name, kSignatureHeaders)) {
      headers.add(name, value);
    }
  }
  return headers;
}

// What AWS wants to be signed, and no more: the rest may change on its way (User-Agent does).
// Source: [doc] "Create a signed AWS API request": host, content-type, and every x-amz- header.
std::vector<std::string> headers_to_sign(const HeaderList& headers) {
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    std::string known = lower(name);
    if (known == "host" || known == "content-type" || known.starts_with("x-amz-")) {
      names.push_back(std::move(known));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void sign(HeaderList& headers, std::string_view body, const UpstreamRoute& route,
          const UpstreamSigner& signer) {
  headers.add("Host", route.endpoint.host_header());
  headers.add("X-Amz-Date", std::string(signer.time));
  if (!signer.credentials.session_token.empty()) {
    headers.add("X-Amz-Security-Token", signer.credentials.session_token);
  }
  const std::vector<std::string> names = headers_to_sign(headers);
  const std::string payload_hash = sigv4::sha256_hex(body);
  const std::string canonical =
      sigv4::canonical_request({"POST", route.path, &headers, names, payload_hash});
  const std::string scope =
      sigv4::KeyScope{signer.time.substr(0, 8), route.region, kServiceName}.text();
  const std::string signature =
      sigv4::signature(signer.signing_key, sigv4::string_to_sign(signer.time, scope, canonical));

  std::string value(sigv4::kAlgorithm);
  value.append(" Credential=").append(signer.credentials.access_key).append("/").append(scope);
  value.append(", SignedHeaders=");
  for (std::size_t index = 0; index < names.size(); ++index) {
    value.append(index == 0 ? "" : ";").append(names[index]);
  }
  value.append(", Signature=").append(signature);
  headers.add("Authorization", std::move(value));
}

}  // namespace

std::string upstream_request(const Request& request, const UpstreamRoute& route,
                             const UpstreamSigner* signer) {
  // Not more than is needed: the allocator is quick up to a kilobyte only.
  constexpr std::size_t kOwnBytes = 128;
  std::size_t size = kOwnBytes + route.path.size() + request.body.size();
  for (const auto& [name, value] : request.headers) size += name.size() + value.size() + 4;
  if (signer != nullptr) size += kSignatureBytes + signer->credentials.session_token.size();
  std::string bytes;
  bytes.reserve(size);
  bytes.append("POST ").append(route.path).append(" HTTP/1.1\r\n");
  const auto add = [&bytes](std::string_view name, std::string_view value) {
    bytes.append(name).append(": ").append(value).append("\r\n");
  };
  if (signer != nullptr) {
    HeaderList headers = unsigned_headers(request);
    sign(headers, request.body, route, *signer);
    for (const auto& [name, value] : headers) add(name, value);
  } else {
    for (const auto& [name, value] : request.headers) {
      if (!is_one_of(name, kHopHeaders)) add(name, value);
    }
    if (!request.headers.find("host")) add("Host", route.endpoint.host_header());
  }
  bytes.append(accepts_gzip(request.headers) ? "Accept-Encoding: gzip\r\n"
                                             : "Accept-Encoding: identity\r\n");
  bytes.append("Content-Length: ").append(std::to_string(request.body.size()));
  bytes.append("\r\n\r\n").append(request.body);
  return bytes;
}

}  // namespace dynadeck
