#include "engine/values/decimal.h"

#include <catch2/catch.hpp>
#include <string>
#include <tuple>
#include <vector>

namespace dynadeck::engine {
namespace {

Decimal decimal(std::string_view text) {
  Result<Decimal> result = Decimal::parse(text);
  INFO(text);
  REQUIRE(result.ok());
  return result.value();
}

std::string nines(int count) { return std::string(static_cast<std::size_t>(count), '9'); }

TEST_CASE("a number has one plain notation however it was written", "[engine]") {
  const auto [text, plain] = GENERATE(table<std::string, std::string>({
      {"0", "0"},
      {"-0", "0"},
      {"0.000", "0"},
      {"0E125", "0"},
      {"0e-130", "0"},
      {"1", "1"},
      {"+1", "1"},
      {"001", "1"},
      {"1.", "1"},
      {".5", "0.5"},
      {"1.0", "1"},
      {"1E0", "1"},
      {"-1.50e3", "-1500"},
      {"123.456", "123.456"},
      {"0.001", "0.001"},
      {"1e-3", "0.001"},
      {"1E+2", "100"},
      {"10", "10"},
      {"99", "99"},
      {"100", "100"},
      {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
      {"1.2345678901234567890123456789012345678", "1.2345678901234567890123456789012345678"},
      {"1E-130", "0." + std::string(129, '0') + "1"},
      {"9.9999999999999999999999999999999999999E+125", nines(38) + std::string(88, '0')},
      {"1" + std::string(100, '0') + "E-100", "1"},
      {"0." + std::string(200, '0') + "1E200", "0.1"},
  }));
  CHECK(decimal(text).to_string() == plain);
  CHECK(decimal(plain) == decimal(text));
  CHECK(decimal(text).encoded().size() <= 22);
}

TEST_CASE("zero is held to the range of its exponent", "[engine]") {
  CHECK(Decimal::parse("0e126").error().message.find("overflow") != std::string::npos);
  CHECK(Decimal::parse("0e-131").error().message.find("underflow") != std::string::npos);
}

TEST_CASE("what is no number is refused with DynamoDB's sentence", "[engine]") {
  const auto text = GENERATE(as<std::string>{}, "a", "1a", " 1", "1 ", "--1", "1e", "1e+", ".", "-",
                             "0x1", "NaN", "Infinity", "1e9999999999999999999", "1,5", "");
  const Result<Decimal> result = Decimal::parse(text);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code == "ValidationException");
  CHECK(result.error().message == "The parameter cannot be converted to a numeric value: " + text);
}

TEST_CASE("the older layer reads exponents of 32 bits", "[engine]") {
  const auto parse = [](std::string_view text) {
    return Decimal::parse(text, Decimal::Exponents::kJava).error().message;
  };
  CHECK(parse("1e99999999999") ==
        "The parameter cannot be converted to a numeric value: 1e99999999999");
  CHECK(parse("1e2147483647") ==
        "Number underflow. Attempting to store a number with magnitude smaller than supported "
        "range");
  CHECK(parse("1e126") ==
        "Number overflow. Attempting to store a number with magnitude larger than supported "
        "range");
}

TEST_CASE("a number outside the limits is refused", "[engine]") {
  const std::string overflow =
      "Number overflow. Attempting to store a number with magnitude larger than supported range";
  const std::string underflow =
      "Number underflow. Attempting to store a number with magnitude smaller than supported range";
  const std::string precision = "Attempting to store more than 38 significant digits in a Number";
  const auto [text, message] = GENERATE_COPY(table<std::string, std::string>({
      {"1E126", overflow},
      {"-1E126", overflow},
      {"1e2147483647", overflow},
      {"1e99999999999", overflow},
      {"1e-99999999999", underflow},
      {"1E-131", underflow},
      {"9.9E-131", underflow},
      {"-1E-131", underflow},
      {"1e-2147483647", underflow},
      {nines(39), precision},
      {"1." + nines(38), precision},
      {"1" + std::string(37, '0') + "1", precision},
  }));
  const Result<Decimal> result = Decimal::parse(text);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().message == message);
}

TEST_CASE("the order of encoded numbers is the order of the numbers", "[engine]") {
  const std::vector<std::string> ascending = {
      "-9.9999999999999999999999999999999999999E+125",
      "-1E125",
      "-1000",
      "-999.9",
      "-100",
      "-99.5",
      "-99",
      "-10.1",
      "-10",
      "-9",
      "-1.52",
      "-1.5",
      "-1.01",
      "-1",
      "-0.1",
      "-0.01",
      "-1E-129",
      "-1E-130",
      "0",
      "1E-130",
      "1.1E-130",
      "1E-129",
      "0.01",
      "0.0101",
      "0.1",
      "1",
      "1.01",
      "1.5",
      "1.52",
      "9",
      "10",
      "10.1",
      "99",
      "99.5",
      "100",
      "999.9",
      "1000",
      "1E125",
      "9.9999999999999999999999999999999999999E+125",
  };
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      INFO(ascending[i] << " against " << ascending[j]);
      const Decimal left = decimal(ascending[i]);
      const Decimal right = decimal(ascending[j]);
      CHECK((left < right) == (i < j));
      CHECK((left == right) == (i == j));
      // No form begins another.
      if (i != j) CHECK_FALSE(std::string(right.encoded()).starts_with(left.encoded()));
    }
  }
}

TEST_CASE("sums and differences are exact", "[engine]") {
  const auto [left, right, sum, difference] =
      GENERATE(table<std::string, std::string, std::string, std::string>({
          {"0", "0", "0", "0"},
          {"1", "1", "2", "0"},
          {"1", "0", "1", "1"},
          {"0", "1", "1", "-1"},
          {"0", "-1", "-1", "1"},
          {"0.1", "0.2", "0.3", "-0.1"},
          {"99", "1", "100", "98"},
          {"99.99", "0.01", "100", "99.98"},
          {"-5", "3", "-2", "-8"},
          {"5", "-8", "-3", "13"},
          {"1000", "0.001", "1000.001", "999.999"},
          {"-1000", "-0.001", "-1000.001", "-999.999"},
          {"1E36", "1", "1000000000000000000000000000000000001",
           "999999999999999999999999999999999999"},
          {"1E-130", "1E-130", "2E-130", "0"},
      }));
  INFO(left << " and " << right);
  CHECK(add(decimal(left), decimal(right)).value() == decimal(sum));
  CHECK(subtract(decimal(left), decimal(right)).value() == decimal(difference));
}

TEST_CASE("a sum beyond the limits is refused", "[engine]") {
  CHECK(add(decimal("9E125"), decimal("1E125")).error().message ==
        "Number overflow. Attempting to store a number with magnitude larger than supported "
        "range");
  CHECK(add(decimal("1E125"), decimal("1E-130")).error().message ==
        "Attempting to store more than 38 significant digits in a Number");
  CHECK(subtract(decimal("1E38"), decimal("0.1")).error().message ==
        "Attempting to store more than 38 significant digits in a Number");
  CHECK(subtract(decimal("1.1E-130"), decimal("1E-130")).error().message ==
        "Number underflow. Attempting to store a number with magnitude smaller than supported "
        "range");
}

TEST_CASE("a number's size counts its pairs of digits", "[engine]") {
  const auto [text, bytes] = GENERATE(table<std::string, std::size_t>({
      {"0", 1},
      {"1", 2},
      {"-1", 3},
      {"10", 2},
      {"100", 2},
      {"12", 2},
      {"123", 3},
      {"1.2", 3},
      {"-123", 4},
      {"0.1", 2},
      {"0.12", 2},
      {"12345678901234567890123456789012345678", 20},
      {"1.2345678901234567890123456789012345678", 21},
  }));
  INFO(text);
  CHECK(decimal(text).size_bytes() == bytes);
}

}  // namespace
}  // namespace dynadeck::engine
