// Numbers: whatever is accepted has one form, keeps its value, and adds up.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/values/decimal.h"

namespace {

using dynadeck::engine::Decimal;
using dynadeck::engine::Result;

void must(bool holds) {
  if (!holds) std::abort();
}

void check_pair(const Decimal& left, const Decimal& right) {
  const Result<Decimal> sum = add(left, right);
  if (!sum.ok()) return;
  must(add(right, left).value() == sum.value());
  const Result<Decimal> back = subtract(sum.value(), right);
  if (back.ok()) must(back.value() == left);
  if (!right.is_zero()) must((left < sum.value()) == (Decimal() < right));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = text.find(' ');
  const Result<Decimal> left = Decimal::parse(text.substr(0, middle));
  if (!left.ok()) return 0;
  must(left->encoded().size() <= 22);
  must(Decimal::parse(left->to_string()).value() == left.value());
  if (middle == std::string_view::npos) return 0;
  const Result<Decimal> right = Decimal::parse(text.substr(middle + 1));
  if (right.ok()) check_pair(left.value(), right.value());
  return 0;
}
