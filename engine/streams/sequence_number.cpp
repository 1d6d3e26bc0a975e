#include "engine/streams/sequence_number.h"

#include <charconv>

namespace dynadeck::engine {
namespace {

constexpr std::size_t kDigits = 20;  // of the largest 64-bit integer
constexpr char kLead = '1';

}  // namespace

void append_sequence_number(std::string& out, std::uint64_t number) {
  char digits[kDigits];
  for (std::size_t at = kDigits; at-- > 0; number /= 10) {
    digits[at] = static_cast<char>('0' + number % 10);
  }
  out.push_back(kLead);
  out.append(digits, kDigits);
}

std::optional<std::uint64_t> parse_sequence_number(std::string_view text) {
  if (text.size() != kDigits + 1 || text.front() != kLead) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + 1, end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

}  // namespace dynadeck::engine
