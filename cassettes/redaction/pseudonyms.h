// What stands on a tape for a secret.
#pragma once

#include <string>
#include <string_view>

#include "harness/seam/keyed_digest.h"

namespace dynadeck::cassettes {

// Pseudonyms under one salt: equal secrets have equal ones, and one that is given is recognised, so
// that what is redacted again stays as it is. docs/formats/cassette.md says what they look like.
// Immutable.
class Pseudonyms {
 public:
  // salt: hexadecimal.
  explicit Pseudonyms(std::string_view salt = {}) : digest_(salt) {}

  // Of any text: "redacted-" and 16 digits.
  std::string of_text(std::string_view value) const;
  // The same in base64. value: base64.
  std::string of_bytes(std::string_view value) const;
  // A number for a number; plain: a JSON number, which has to fit a double. All spellings of a
  // number have one.
  std::string of_number(std::string_view value, bool plain) const;

  bool is_number(std::string_view value) const;
  static bool is_text(std::string_view value);
  static bool is_bytes(std::string_view value);

  // A text around the next pseudonym in it: [begin, end) is that. Both are npos without.
  struct Range {
    std::size_t begin;
    std::size_t end;
  };
  static Range find(std::string_view text, std::size_t from);
  // A regular expression that finds the same.
  static std::string expression();

 private:
  // 16 hexadecimal digits.
  std::string digits_of(std::string_view value) const;

  KeyedDigest digest_;
};

// A number as DynamoDB prints it: "1.5" for "1.50" and "15e-1". What is no number stays as it is.
std::string plain_number(std::string_view text);

}  // namespace dynadeck::cassettes
