#include "harness/seam/keyed_digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <initializer_list>
#include <memory>

namespace dynadeck {
namespace {

constexpr std::size_t kBlockBytes = SHA256_CBLOCK;

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string_view text_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest digest_of(std::initializer_list<std::string_view> parts) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Digest digest{};
  EVP_DigestInit_ex(context.get(), algorithm, nullptr);
  for (const std::string_view part : parts) {
    EVP_DigestUpdate(context.get(), part.data(), part.size());
  }
  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
  return digest;
}

}  // namespace

std::string sha256(std::string_view bytes) { return std::string(text_of(digest_of({bytes}))); }

KeyedDigest::KeyedDigest(std::string_view key)
    : inner_(key.size() > kBlockBytes ? text_of(digest_of({key})) : key) {
  inner_.resize(kBlockBytes);
  outer_ = inner_;
  for (char& byte : inner_) byte = static_cast<char>(byte ^ 0x36);
  for (char& byte : outer_) byte = static_cast<char>(byte ^ 0x5c);
}

std::string KeyedDigest::of(std::string_view text) const {
  const Digest inner = digest_of({inner_, text});
  return std::string(text_of(digest_of({outer_, text_of(inner)})));
}

std::string to_hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += kDigits[value >> 4];
    text += kDigits[value & 15];
  }
  return text;
}

}  // namespace dynadeck
