#include "harness/seam/utf8.h"

#include <cstdint>
#include <cstring>

namespace dynadeck {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;

bool all_ascii(const char* eight_bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, eight_bytes, sizeof word);
  return (word & kHighBits) == 0;
}

}  // namespace

int utf8_length(const char* position, const char* end) {
  const auto at = [&](int index) { return static_cast<unsigned char>(position[index]); };
  const auto continues = [&](int index, int low = 0x80, int high = 0xBF) {
    return position + index < end && at(index) >= low && at(index) <= high;
  };
  const int lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const int low = lead == 0xE0 ? 0xA0 : 0x80;
    const int high = lead == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const int low = lead == 0xF0 ? 0x90 : 0x80;
    const int high = lead == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    while (end - at >= 8 && all_ascii(at)) at += 8;
    if (at == end) break;
    const int length = utf8_length(at, end);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace dynadeck
