#include "engine/base64.h"

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

}  // namespace dynadeck::engine
