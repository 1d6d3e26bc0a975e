// DynamoDB's number: an exact decimal of up to 38 significant digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/messages/api_error.h"

namespace dynadeck::engine {

// A number in its one stored form: bytes whose memcmp order is numeric order, and in which no
// number's bytes are a prefix of another's. Equal numbers have equal bytes (1, 1.0 and 1E0 are
// one). Regular, cheap to copy (at most 22 bytes; fits no SSO, so pass by reference or view).
//
// Magnitude: zero, or from 1E-130 to 9.9999999999999999999999999999999999999E+125.
class Decimal {
 public:
  Decimal();  // zero

  // How large an exponent may be written. Today's layer reads 64 bits, the older one 32, as Java's
  // BigDecimal, where the largest wraps around.
  enum class Exponents : std::uint8_t { kToday, kJava };

  // text: as on the wire, e.g. "-1.50e3". Fails with DynamoDB's texts for what is no number, for
  // more than 38 significant digits, and for overflow and underflow.
  // Source: [doc] "Supported data types: Number"; [peer] dynalite 4; exponents: [doc] captures
  // published by the paritysuite conformance suite, October 2026.
  static Result<Decimal> parse(std::string_view text, Exponents exponents = Exponents::kToday);

  // bytes: what encoded() gave; not checked.
  static Decimal from_encoded(std::string_view bytes);

  std::string_view encoded() const { return encoded_; }

  // In plain notation without exponent, superfluous zeros or plus sign: "-1500", "0.001".
  std::string to_string() const;
  void append_to(std::string& out) const;

  // Exact. Fails where the result needs more than 38 significant digits or leaves the range.
  friend Result<Decimal> add(const Decimal& left, const Decimal& right);
  friend Result<Decimal> subtract(const Decimal& left, const Decimal& right);

  bool is_zero() const;
  // Bytes of AWS's item-size arithmetic: about one per two significant digits, plus one (and one
  // more if negative). Source: [doc] "DynamoDB item sizes and formats".
  std::size_t size_bytes() const;

  friend bool operator==(const Decimal&, const Decimal&) = default;
  friend auto operator<=>(const Decimal& left, const Decimal& right) {
    return left.encoded_.compare(right.encoded_) <=> 0;
  }

 private:
  std::string encoded_;
};

// Writes the plain notation of an encoded number without making a Decimal of it.
void append_decimal(std::string& out, std::string_view encoded);

// Bytes of AWS's item-size arithmetic for an encoded number.
std::size_t decimal_size_bytes(std::string_view encoded);

}  // namespace dynadeck::engine
