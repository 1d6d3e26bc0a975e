#include "harness/seam/time_text.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <utility>

namespace dynadeck {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  constexpr std::array<std::pair<std::string_view, double>, 6> kUnits = {
      {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  for (const auto& [name, milliseconds] : kUnits) {
    const double total = number * milliseconds;
    if (unit == name && total < 1e15) {
      return std::chrono::milliseconds{static_cast<std::int64_t>(total + 0.5)};
    }
  }
  return std::nullopt;
}

std::optional<Clock::WallTime> parse_time(std::string_view text) {
  using std::chrono::microseconds;
  double seconds = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  if (error == std::errc{} && rest == end && seconds >= 0 && seconds < 1e12) {
    return Clock::WallTime{microseconds{static_cast<std::int64_t>(seconds * 1e6)}};
  }

  int year = 0, month = 0, day = 0, hour = 0, minute = 0, consumed = 0;
  const std::string owned(text);
  if (std::sscanf(owned.c_str(), "%4d-%2d-%2dT%2d:%2d:%n", &year, &month, &day, &hour, &minute,
                  &consumed) != 5 ||
      consumed == 0 || !owned.ends_with('Z')) {
    return std::nullopt;
  }
  double second = 0;
  const char* from = owned.c_str() + consumed;
  const char* z = owned.c_str() + owned.size() - 1;
  const auto [after, wrong] = std::from_chars(from, z, second);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  const bool in_range = date.ok() && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 &&
                        second >= 0 && second < 60;
  if (wrong != std::errc{} || after != z || !in_range) return std::nullopt;
  return Clock::WallTime{std::chrono::sys_days{date} + std::chrono::hours{hour} +
                         std::chrono::minutes{minute} +
                         microseconds{static_cast<std::int64_t>(second * 1e6 + 0.5)}};
}

}  // namespace dynadeck
