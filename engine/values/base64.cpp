#include "engine/values/base64.h"

#include <cstddef>
#include <cstdint>

namespace dynadeck::engine {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  const std::size_t start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* write = out.data() + start;
  const auto* read = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 3; left -= 3, read += 3) {
    const std::uint32_t group = read[0] << 16 | read[1] << 8 | read[2];
    *write++ = kAlphabet[group >> 18];
    *write++ = kAlphabet[group >> 12 & 63];
    *write++ = kAlphabet[group >> 6 & 63];
    *write++ = kAlphabet[group & 63];
  }
  if (left == 0) return;
  const std::uint32_t group = read[0] << 16 | (left == 2 ? read[1] << 8 : 0);
  *write++ = kAlphabet[group >> 18];
  *write++ = kAlphabet[group >> 12 & 63];
  *write++ = left == 2 ? kAlphabet[group >> 6 & 63] : '=';
  *write++ = '=';
}

namespace {

// The six bits that a character stands for; 64 for what is not in the alphabet.
constexpr unsigned sextet(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : 64;
}

// Characters without the padding.
std::size_t significant(std::string_view text) {
  if (text.ends_with("==")) return text.size() - 2;
  return text.ends_with('=') ? text.size() - 1 : text.size();
}

}  // namespace

bool is_base64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  const std::size_t count = significant(text);
  for (std::size_t i = 0; i < count; ++i) {
    if (sextet(text[i]) > 63) return false;
  }
  // The last character's bits that no byte takes are zero.
  if (count % 4 == 2) return (sextet(text[count - 1]) & 15U) == 0;
  if (count % 4 == 3) return (sextet(text[count - 1]) & 3U) == 0;
  return count % 4 == 0;
}

void append_decoded_base64(std::string& out, std::string_view text) {
  const std::size_t count = significant(text);
  out.reserve(out.size() + count / 4 * 3 + 2);
  unsigned bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    bits = bits << 6 | sextet(text[i]);
    switch (i % 4) {
      case 1:
        out.push_back(static_cast<char>(bits >> 4 & 0xFF));
        break;
      case 2:
        out.push_back(static_cast<char>(bits >> 2 & 0xFF));
        break;
      case 3:
        out.push_back(static_cast<char>(bits & 0xFF));
        break;
      default:
        break;
    }
  }
}

}  // namespace dynadeck::engine
