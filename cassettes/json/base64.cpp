#include "cassettes/json/base64.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace dynadeck::cassettes {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += j <= count ? kBase64Digits[group >> (18 - 6 * j) & 63] : '=';
    }
  }
}

bool append_from_base64(std::string& out, std::string_view text) {
  if (text.size() % 4 != 0) return false;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t group = 0;
    std::size_t digits = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t digit = kBase64Digits.find(text[i + j]);
      const bool padding = text[i + j] == '=' && j >= 2 && i + 4 == text.size();
      if (digit == std::string_view::npos ? !padding : digits != j) return false;
      if (digit != std::string_view::npos) ++digits;
      group =
          group << 6 | (digit == std::string_view::npos ? 0 : static_cast<std::uint32_t>(digit));
    }
    for (std::size_t j = 0; j + 1 < digits; ++j) out += static_cast<char>(group >> (16 - 8 * j));
  }
  return true;
}

}  // namespace dynadeck::cassettes
