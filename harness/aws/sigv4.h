// AWS Signature Version 4: the four steps as pure functions, for verifying and for signing.
//
// Source: [doc] AWS Identity and Access Management, "Create a signed AWS API request"; the vectors
// in tests/harness/aws/sigv4_test.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/seam/service.h"

namespace dynadeck::sigv4 {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// What is signed of a request. Borrows everything.
struct Signable {
  std::string_view method;
  std::string_view target;  // as on the request line: encoded path, and query if any
  const HeaderList* headers;
  std::span<const std::string> signed_headers;  // lower-case, sorted
  std::string_view payload_hash;                // sha256_hex(body), or UNSIGNED-PAYLOAD
};

// Where and when a key is good.
struct KeyScope {
  std::string_view date;  // "20150830"
  std::string_view region;
  std::string_view service;

  std::string text() const;  // "20150830/us-east-1/dynamodb/aws4_request"
};

std::string sha256_hex(std::string_view bytes);

// The X-Amz-Signature of a presigned query is left out of it.
std::string canonical_request(const Signable& request);

// time: "20150830T123600Z".
std::string string_to_sign(std::string_view time, std::string_view scope_text,
                           std::string_view canonical_request);

// 32 bytes.
std::string signing_key(std::string_view secret_key, const KeyScope& scope);

// 64 hexadecimal digits.
std::string signature(std::string_view signing_key, std::string_view string_to_sign);

// The value of an Authorization header.
std::string authorization(std::string_view access_key, std::string_view secret_key,
                          const KeyScope& scope, std::string_view time, const Signable& request);

// Percent-encodes all but RFC 3986's unreserved characters, and '/' unless asked to.
std::string uri_encode(std::string_view text, bool encode_slash);

// %XX to bytes; what is not an escape stays.
std::string uri_decode(std::string_view text);

// Whether both are the same, in a time that does not tell where they differ.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace dynadeck::sigv4
