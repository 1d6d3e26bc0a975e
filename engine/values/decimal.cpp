// The encoded form, drawn in docs/formats/storage.md:
//
//   sign      1 byte   1 negative, 2 zero, 3 positive
//   exponent  1 byte   the power of 100 of the first pair, plus 65
//   pairs     1 to 20  two decimal digits each, doubled; plus 1 where another pair follows
//
// The number is the sum of pair[i] * 100^(exponent - i). Zero is its sign alone. The first and the
// last pair are never zero, so a number has one form; the odd bit of a pair tells where it ends, so
// no form is the beginning of another, and makes 1.5 sort before 1.52. A negative number has all
// bytes after its sign inverted, which turns its order around.
#include "engine/values/decimal.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

#include "engine/messages/values.h"

namespace dynadeck::engine {
namespace {

constexpr char kNegative = 1;
constexpr char kZero = 2;
constexpr char kPositive = 3;
constexpr int kExponentBias = 65;
constexpr int kMaxDigits = 38;
constexpr int kMaxPairs = 20;  // 38 digits that begin in the middle of a pair
// Powers of ten of the first digit.
constexpr int kMaxPower = 125;
constexpr int kMinPower = -130;

// A number in pairs of digits: the sum of pairs[i] * 100^(exponent - i). Zero has no pairs.
struct Pairs {
  bool negative = false;
  int exponent = 0;
  int count = 0;
  std::array<std::uint8_t, kMaxPairs> pairs{};
};

Pairs decode_pairs(std::string_view encoded) {
  Pairs result;
  if (encoded.empty() || encoded[0] == kZero) return result;
  result.negative = encoded[0] == kNegative;
  const unsigned flip = result.negative ? 0xFF : 0;
  result.exponent = static_cast<int>(static_cast<std::uint8_t>(encoded[1]) ^ flip) - kExponentBias;
  result.count = std::min(static_cast<int>(encoded.size()) - 2, kMaxPairs);
  for (int i = 0; i < result.count; ++i) {
    const unsigned byte = static_cast<std::uint8_t>(encoded[static_cast<std::size_t>(i) + 2]);
    result.pairs[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>((byte ^ flip) >> 1);
  }
  return result;
}

std::string encode_pairs(const Pairs& number) {
  if (number.count == 0) return std::string(1, kZero);
  const unsigned flip = number.negative ? 0xFF : 0;
  std::string encoded;
  encoded.reserve(static_cast<std::size_t>(number.count) + 2);
  encoded.push_back(number.negative ? kNegative : kPositive);
  encoded.push_back(
      static_cast<char>(static_cast<unsigned>(number.exponent + kExponentBias) ^ flip));
  for (int i = 0; i < number.count; ++i) {
    const unsigned more = i + 1 < number.count ? 1 : 0;
    const unsigned byte = number.pairs[static_cast<std::size_t>(i)] * 2U + more;
    encoded.push_back(static_cast<char>(byte ^ flip));
  }
  return encoded;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What a number's text says, before its limits are looked at.
struct Literal {
  bool negative = false;
  std::array<std::uint8_t, kMaxDigits> digits{};  // significant ones
  std::int64_t digit_count = 0;                   // may exceed what `digits` holds
  std::int64_t exponent = 0;                      // as written
  std::int64_t power = 0;                         // of ten, of the first digit
};

// The grammar of Java's BigDecimal, which AWS's answers follow: [sign] digits [. digits] [e [sign]
// digits], with at least one digit.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : text_(text) {}

  bool read(Literal& literal) {
    literal.negative = take('-');
    if (!literal.negative) take('+');
    const std::int64_t whole = digits(literal);
    const std::int64_t fraction = take('.') ? digits(literal) : 0;
    if (whole + fraction == 0) return false;
    std::int64_t exponent = 0;
    if (take('e') || take('E')) {
      if (!read_exponent(exponent)) return false;
    }
    if (position_ != text_.size()) return false;
    literal.exponent = exponent;
    literal.power = whole - 1 - leading_zeros_ + exponent;
    return true;
  }

 private:
  bool take(char wanted) {
    if (position_ == text_.size() || text_[position_] != wanted) return false;
    ++position_;
    return true;
  }

  // How many digits stood there. Zeros count as significant once a digit that is none follows.
  std::int64_t digits(Literal& literal) {
    const std::size_t begin = position_;
    for (; position_ < text_.size() && is_digit(text_[position_]); ++position_) {
      const auto digit = static_cast<std::uint8_t>(text_[position_] - '0');
      if (digit == 0) {
        ++(literal.digit_count == 0 ? leading_zeros_ : pending_zeros_);
        continue;
      }
      literal.digit_count += pending_zeros_;
      pending_zeros_ = 0;
      if (literal.digit_count < kMaxDigits) {
        literal.digits[static_cast<std::size_t>(literal.digit_count)] = digit;
      }
      ++literal.digit_count;
    }
    return static_cast<std::int64_t>(position_ - begin);
  }

  bool read_exponent(std::int64_t& exponent) {
    const bool negative = take('-');
    if (!negative) take('+');
    const std::size_t begin = position_;
    while (take('0')) {
    }
    const std::size_t significant = position_;
    for (; position_ < text_.size() && is_digit(text_[position_]); ++position_) {
      if (position_ - significant >= 18) return false;
      exponent = exponent * 10 + (text_[position_] - '0');
    }
    if (position_ == begin) return false;
    if (negative) exponent = -exponent;
    return true;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::int64_t leading_zeros_ = 0;
  std::int64_t pending_zeros_ = 0;
};

// Euclidean: rounds down also below zero.
int half(int power) { return power >= 0 ? power / 2 : -((-power + 1) / 2); }

Pairs to_pairs(const Literal& literal) {
  Pairs result;
  result.negative = literal.negative;
  const int power = static_cast<int>(literal.power);
  result.exponent = half(power);
  // The first pair holds one digit where the first digit's power is even.
  int place = power - result.exponent * 2;  // 1: tens, 0: ones
  for (int i = 0; i < literal.digit_count; ++i) {
    const std::uint8_t digit = literal.digits[static_cast<std::size_t>(i)];
    const auto index = static_cast<std::size_t>(result.count);
    if (place == 1) {
      result.pairs[index] = static_cast<std::uint8_t>(digit * 10);
    } else {
      result.pairs[index] = static_cast<std::uint8_t>(result.pairs[index] + digit);
      ++result.count;
    }
    place = 1 - place;
  }
  if (place == 0) ++result.count;
  return result;
}

// Sums are made in an array that reaches from the larger number's first pair, plus one for the
// carry, to the smaller's last.
constexpr int kSumPairs = 1 + 2 * kExponentBias + kMaxPairs;

struct Sum {
  int exponent = 0;  // of pairs[0]
  int count = 0;
  std::array<int, kSumPairs> pairs{};

  void add(const Pairs& number, int sign) {
    for (int i = 0; i < number.count; ++i) {
      const auto index = static_cast<std::size_t>(exponent - number.exponent + i);
      pairs[index] += sign * number.pairs[static_cast<std::size_t>(i)];
    }
  }

  // Brings every pair into 0..99 and returns what is left over on top: 0, or -1 if the sum is
  // negative.
  int carry() {
    int over = 0;
    for (int i = count - 1; i >= 0; --i) {
      int& pair = pairs[static_cast<std::size_t>(i)];
      pair += over;
      over = pair < 0 ? -1 : pair / 100;
      pair -= over * 100;
    }
    return over;
  }

  void negate() {
    for (int i = 0; i < count; ++i) pairs[static_cast<std::size_t>(i)] *= -1;
  }
};

Result<std::string> normalize(const Sum& sum, bool negative) {
  int first = 0;
  int last = sum.count;
  while (first < last && sum.pairs[static_cast<std::size_t>(first)] == 0) ++first;
  while (last > first && sum.pairs[static_cast<std::size_t>(last) - 1] == 0) --last;
  if (first == last) return encode_pairs({});

  const bool leading_zero = sum.pairs[static_cast<std::size_t>(first)] < 10;
  const bool trailing_zero = sum.pairs[static_cast<std::size_t>(last) - 1] % 10 == 0;
  const int power = (sum.exponent - first) * 2 + (leading_zero ? 0 : 1);
  const int digits = (last - first) * 2 - (leading_zero ? 1 : 0) - (trailing_zero ? 1 : 0);
  if (power > kMaxPower) return validation_error(messages::number_overflow());
  if (power < kMinPower) return validation_error(messages::number_underflow());
  if (digits > kMaxDigits) return validation_error(messages::too_many_digits());

  Pairs result;
  result.negative = negative;
  result.exponent = sum.exponent - first;
  result.count = last - first;
  for (int i = 0; i < result.count; ++i) {
    result.pairs[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(sum.pairs[static_cast<std::size_t>(first + i)]);
  }
  return encode_pairs(result);
}

// left + sign * right
Result<std::string> sum_of(std::string_view left_encoded, std::string_view right_encoded,
                           int sign) {
  const Pairs left = decode_pairs(left_encoded);
  const Pairs right = decode_pairs(right_encoded);
  if (right.count == 0) return std::string(left_encoded);

  Sum sum;
  const bool left_counts = left.count != 0;
  sum.exponent = (left_counts ? std::max(left.exponent, right.exponent) : right.exponent) + 1;
  const int right_end = right.exponent - right.count;
  const int left_end = left_counts ? left.exponent - left.count : right_end;
  sum.count = sum.exponent - std::min(left_end, right_end);
  sum.add(left, left.negative ? -1 : 1);
  sum.add(right, right.negative ? -sign : sign);

  Sum magnitude = sum;
  bool negative = false;
  if (magnitude.carry() != 0) {
    magnitude = sum;
    magnitude.negate();
    magnitude.carry();
    negative = true;
  }
  return normalize(magnitude, negative);
}

}  // namespace

Decimal::Decimal() : encoded_(1, kZero) {}

Result<Decimal> Decimal::parse(std::string_view text, Exponents exponents) {
  Literal literal;
  if (!LiteralReader(text).read(literal)) return validation_error(messages::not_a_number(text));
  if (exponents == Exponents::kJava) {
    const bool fits = literal.exponent >= INT32_MIN && literal.exponent <= INT32_MAX;
    if (!fits) return validation_error(messages::not_a_number(text));
    if (literal.exponent == INT32_MAX) return validation_error(messages::number_underflow());
  }
  if (literal.digit_count == 0) {
    // Zero is measured by the exponent that it is written with. Source: [seen] paritysuite,
    // limits/numberExponent.
    if (literal.exponent > kMaxPower) return validation_error(messages::number_overflow());
    if (literal.exponent < kMinPower) return validation_error(messages::number_underflow());
    return Decimal();
  }
  if (literal.power > kMaxPower) return validation_error(messages::number_overflow());
  if (literal.power < kMinPower) return validation_error(messages::number_underflow());
  if (literal.digit_count > kMaxDigits) return validation_error(messages::too_many_digits());
  Decimal result;
  result.encoded_ = encode_pairs(to_pairs(literal));
  return result;
}

Decimal Decimal::from_encoded(std::string_view bytes) {
  Decimal result;
  result.encoded_ = bytes;
  return result;
}

std::string Decimal::to_string() const {
  std::string text;
  append_to(text);
  return text;
}

void Decimal::append_to(std::string& out) const { append_decimal(out, encoded_); }

Result<Decimal> add(const Decimal& left, const Decimal& right) {
  Result<std::string> sum = sum_of(left.encoded_, right.encoded_, 1);
  if (!sum.ok()) return sum.error();
  return Decimal::from_encoded(sum.value());
}

Result<Decimal> subtract(const Decimal& left, const Decimal& right) {
  Result<std::string> difference = sum_of(left.encoded_, right.encoded_, -1);
  if (!difference.ok()) return difference.error();
  return Decimal::from_encoded(difference.value());
}

bool Decimal::is_zero() const { return encoded_.front() == kZero; }

std::size_t Decimal::size_bytes() const { return decimal_size_bytes(encoded_); }

void append_decimal(std::string& out, std::string_view encoded) {
  const Pairs number = decode_pairs(encoded);
  if (number.count == 0) {
    out.push_back('0');
    return;
  }
  if (number.negative) out.push_back('-');
  const auto pair_at = [&](int exponent) {
    const int index = number.exponent - exponent;
    return index >= 0 && index < number.count ? number.pairs[static_cast<std::size_t>(index)] : 0;
  };
  const int first = std::max(number.exponent, 0);
  for (int exponent = first; exponent >= 0; --exponent) {
    const int pair = pair_at(exponent);
    if (exponent != first || pair >= 10) out.push_back(static_cast<char>('0' + pair / 10));
    out.push_back(static_cast<char>('0' + pair % 10));
  }
  const int last = number.exponent - number.count + 1;
  if (last >= 0) return;
  out.push_back('.');
  for (int exponent = -1; exponent >= last; --exponent) {
    const int pair = pair_at(exponent);
    out.push_back(static_cast<char>('0' + pair / 10));
    if (exponent != last || pair % 10 != 0) out.push_back(static_cast<char>('0' + pair % 10));
  }
}

std::size_t decimal_size_bytes(std::string_view encoded) {
  if (encoded.front() == kZero) return 1;
  // Sign and exponent are two bytes here, one there, where a negative number costs one more.
  return encoded.size() - 1 + (encoded.front() == kNegative ? 1 : 0);
}

}  // namespace dynadeck::engine
