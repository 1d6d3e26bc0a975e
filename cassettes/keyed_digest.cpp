#include "cassettes/keyed_digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <initializer_list>
#include <memory>

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kBlockBytes = SHA256_CBLOCK;
constexpr std::size_t kShownBytes = 8;

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string_view text_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest sha256(std::initializer_list<std::string_view> parts) {
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

KeyedDigest::KeyedDigest(std::string_view key)
    : inner_(key.size() > kBlockBytes ? text_of(sha256({key})) : key) {
  inner_.resize(kBlockBytes);
  outer_ = inner_;
  for (char& byte : inner_) byte = static_cast<char>(byte ^ 0x36);
  for (char& byte : outer_) byte = static_cast<char>(byte ^ 0x5c);
}

std::string KeyedDigest::hexadecimal(std::string_view text) const {
  const Digest inner = sha256({inner_, text});
  const Digest outer = sha256({outer_, text_of(inner)});
  return to_hexadecimal(text_of(outer).substr(0, kShownBytes));
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

}  // namespace dynadeck::cassettes
