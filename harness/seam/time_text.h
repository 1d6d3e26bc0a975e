// Durations and times as people write them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "harness/seam/clock.h"

namespace dynadeck {

// "150ms", "2s", "5m", "1h", or a bare number of seconds.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// "2026-01-31T12:00:00Z" (fractions of a second allowed), or seconds since 1970.
std::optional<Clock::WallTime> parse_time(std::string_view text);

}  // namespace dynadeck
