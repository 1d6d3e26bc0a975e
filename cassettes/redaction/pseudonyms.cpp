#include "cassettes/redaction/pseudonyms.h"

#include <cstdlib>

#include "cassettes/json/base64.h"
#include "cassettes/matching/hash.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::string_view kStart = "redacted-";
constexpr std::size_t kDigestDigits = 16;
// Numbers that stand for others end in digits that follow from those before and the salt.
constexpr std::size_t kNumberDigits = 23;
constexpr std::size_t kPlainNumberDigits = 15;
constexpr std::size_t kCheckDigits = 7;
// Numbers are spelled out up to so many digits, as DynamoDB does.
constexpr int kMostPlainDigits = 40;

// Digits, and none of them zero: a number stays a number, in its one normal form.
std::string to_digits(std::string_view hexadecimal, std::size_t count) {
  std::string digits;
  for (const char digit : hexadecimal.substr(0, count)) {
    digits += static_cast<char>('1' + (digit % 9));
  }
  return digits;
}

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string Pseudonyms::digits_of(std::string_view value) const {
  return to_hexadecimal(digest_.of(value)).substr(0, kDigestDigits);
}

std::string Pseudonyms::expression() {
  return std::string(kStart) + "[0-9a-f]{" + std::to_string(kDigestDigits) + "}";
}

std::string Pseudonyms::of_text(std::string_view value) const {
  return std::string(kStart).append(digits_of(value));
}

std::string Pseudonyms::of_bytes(std::string_view value) const {
  std::string encoded;
  append_base64(encoded, of_text(value));
  return encoded;
}

std::string Pseudonyms::of_number(std::string_view value, bool plain) const {
  const std::size_t digits = plain ? kPlainNumberDigits : kNumberDigits;
  const std::string digest = digits_of(plain_number(value));
  const std::string start = to_digits(digest, digits - kCheckDigits);
  return start + to_digits(digits_of("check " + start), kCheckDigits);
}

bool Pseudonyms::is_number(std::string_view value) const {
  if (value.size() != kNumberDigits && value.size() != kPlainNumberDigits) return false;
  const std::string start(value.substr(0, value.size() - kCheckDigits));
  return value.substr(start.size()) == to_digits(digits_of("check " + start), kCheckDigits);
}

bool Pseudonyms::is_text(std::string_view value) {
  const Range range = find(value, 0);
  return range.begin == 0 && range.end == value.size();
}

bool Pseudonyms::is_bytes(std::string_view value) {
  std::string bytes;
  return append_from_base64(bytes, value) && is_text(bytes);
}

Pseudonyms::Range Pseudonyms::find(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(kStart, from); at != std::string_view::npos;
       at = text.find(kStart, at + 1)) {
    const std::string_view digits = text.substr(at + kStart.size(), kDigestDigits);
    if (digits.size() == kDigestDigits && is_hexadecimal(digits)) {
      return {at, at + kStart.size() + kDigestDigits};
    }
  }
  return {std::string_view::npos, std::string_view::npos};
}

std::string plain_number(std::string_view text) {
  std::string normal;
  if (!append_normal_number(normal, text)) return std::string(text);
  const std::size_t e = normal.find('e');
  if (e == std::string::npos) return normal;  // zero
  const int exponent = std::atoi(normal.c_str() + e + 1);
  const std::size_t sign = normal.starts_with('-') ? 1 : 0;
  const std::string_view digits = std::string_view(normal).substr(sign, e - sign);
  const auto count = static_cast<int>(digits.size());
  if (exponent > kMostPlainDigits - count || exponent < -kMostPlainDigits) return normal;
  std::string plain(sign, '-');
  const int whole = count + exponent;
  if (exponent >= 0) {
    plain.append(digits).append(static_cast<std::size_t>(exponent), '0');
  } else if (whole > 0) {
    plain.append(digits, 0, static_cast<std::size_t>(whole)).append(1, '.');
    plain.append(digits, static_cast<std::size_t>(whole));
  } else {
    plain.append("0.").append(static_cast<std::size_t>(-whole), '0').append(digits);
  }
  return plain;
}

}  // namespace dynadeck::cassettes
