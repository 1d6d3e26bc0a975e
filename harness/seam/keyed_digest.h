// SHA-256, and HMAC-SHA256 under one key for many short texts.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck {

// 32 bytes.
std::string sha256(std::string_view bytes);

// Prepares what depends on the key once; the library's own HMAC() looks its algorithm up at every
// call, which costs several times what hashing an attribute value or a request does. Immutable,
// from many threads.
//
// Source: [doc] RFC 2104
class KeyedDigest {
 public:
  explicit KeyedDigest(std::string_view key);

  // The HMAC: 32 bytes.
  std::string of(std::string_view text) const;

 private:
  std::string inner_;  // the key, padded, under each of the two masks
  std::string outer_;
};

// Two digits a byte, in lower case.
std::string to_hexadecimal(std::string_view bytes);

}  // namespace dynadeck
