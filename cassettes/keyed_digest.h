// HMAC-SHA256 under one key, for many short texts.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::cassettes {

// Prepares what depends on the key once; the library's own HMAC() looks its algorithm up at every
// call, which costs several times what hashing an attribute value does. Immutable, from many
// threads at once.
class KeyedDigest {
 public:
  explicit KeyedDigest(std::string_view key = {});

  // The first eight bytes of the HMAC, as 16 hexadecimal digits.
  std::string hexadecimal(std::string_view text) const;

 private:
  std::string inner_;  // the key XOR the paddings of RFC 2104, one block each
  std::string outer_;
};

// Two digits for each byte.
std::string to_hexadecimal(std::string_view bytes);

}  // namespace dynadeck::cassettes
