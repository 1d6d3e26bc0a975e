#include "harness/aws/sigv4.h"

#include <openssl/crypto.h>
#include <strings.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "harness/seam/keyed_digest.h"

namespace dynadeck::sigv4 {
namespace {

constexpr std::string_view kTerminator = "aws4_request";
constexpr std::string_view kSignatureParameter = "X-Amz-Signature";

std::string hmac(std::string_view key, std::string_view text) { return KeyedDigest(key).of(text); }

bool is_unreserved(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' ||
         c == '~';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Without empty, "." and ".." segments.
std::string normalized_path(std::string_view path) {
  std::vector<std::string_view> segments;
  const bool directory = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  std::string out;
  for (const std::string_view segment : segments) out.append("/").append(segment);
  if (out.empty() || directory) out += '/';
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string name = uri_decode(pair.substr(0, equals));
    if (!pair.empty() && name != kSignatureParameter) {
      const std::string value = uri_decode(pair.substr(std::min(equals + 1, pair.size())));
      pairs.emplace_back(uri_encode(name, true), uri_encode(value, true));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

// One space for each run of spaces, none at the ends.
void append_collapsed(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (!space) {
      out += c;
    } else if (out.size() > start && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.size() > start && out.back() == ' ') out.pop_back();
}

void append_header(std::string& out, const HeaderList& headers, std::string_view name) {
  out.append(name).append(":");
  bool first = true;
  for (const auto& [key, value] : headers) {
    if (key.size() != name.size() || strncasecmp(key.data(), name.data(), name.size()) != 0) {
      continue;
    }
    if (!first) out += ',';
    append_collapsed(out, value);
    first = false;
  }
  out += '\n';
}

std::string joined(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

}  // namespace

std::string KeyScope::text() const {
  std::string out(date);
  out.append("/").append(region).append("/").append(service).append("/").append(kTerminator);
  return out;
}

std::string sha256_hex(std::string_view bytes) { return to_hexadecimal(sha256(bytes)); }

std::string uri_encode(std::string_view text, bool encode_slash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c) || (c == '/' && !encode_slash)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::string uri_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string canonical_request(const Signable& request) {
  const std::size_t question = std::min(request.target.find('?'), request.target.size());
  std::string out(request.method);
  out += '\n';
  // The path is encoded already; every service but S3 encodes it once more.
  out.append(uri_encode(normalized_path(request.target.substr(0, question)), false)).append("\n");
  out.append(canonical_query(request.target.substr(std::min(question + 1, request.target.size()))));
  out += '\n';
  for (const std::string& name : request.signed_headers) {
    append_header(out, *request.headers, name);
  }
  out += '\n';
  out.append(joined(request.signed_headers)).append("\n").append(request.payload_hash);
  return out;
}

std::string string_to_sign(std::string_view time, std::string_view scope_text,
                           std::string_view canonical_request) {
  std::string out(kAlgorithm);
  out.append("\n").append(time).append("\n").append(scope_text).append("\n");
  out.append(sha256_hex(canonical_request));
  return out;
}

std::string signing_key(std::string_view secret_key, const KeyScope& scope) {
  const std::string date_key = hmac(std::string("AWS4").append(secret_key), scope.date);
  return hmac(hmac(hmac(date_key, scope.region), scope.service), kTerminator);
}

std::string signature(std::string_view signing_key, std::string_view string_to_sign) {
  return to_hexadecimal(hmac(signing_key, string_to_sign));
}

std::string authorization(std::string_view access_key, std::string_view secret_key,
                          const KeyScope& scope, std::string_view time, const Signable& request) {
  const std::string text = string_to_sign(time, scope.text(), canonical_request(request));
  std::string out(kAlgorithm);
  out.append(" Credential=").append(access_key).append("/").append(scope.text());
  out.append(", SignedHeaders=").append(joined(request.signed_headers));
  out.append(", Signature=").append(signature(signing_key(secret_key, scope), text));
  return out;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace dynadeck::sigv4
