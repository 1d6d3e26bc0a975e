// When, among the requests that a rule matches, it strikes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dynadeck::faults {

using Duration = std::chrono::microseconds;

// The chance of one request under one rule: a pure function of the seed, the rule's name and the
// request's counted identity. A regular value.
class Dice {
 public:
  // series: which counter counted the request; ordinal: its number there, from 1.
  Dice(std::uint64_t seed, std::string_view rule, std::uint64_t series, std::uint64_t ordinal);

  // In [0, 1); another purpose is another, independent draw.
  double unit(std::string_view purpose) const;
  // One draw for a block of `length` ordinals.
  double block_unit(std::string_view purpose, std::uint64_t block) const;
  std::uint64_t bits(std::string_view purpose) const;
  std::uint64_t ordinal() const { return ordinal_; }

 private:
  std::uint64_t seed_;
  std::uint64_t ordinal_;
};

// Conditions that all have to hold; a schedule without any always strikes.
struct Schedule {
  struct Window {
    Duration start{0};  // after the rule became active
    Duration length{0};
    Duration repeat{0};  // from one start to the next; zero for one window only

    friend bool operator==(const Window&, const Window&) = default;
  };
  // Blocks of `length` ordinals that strike whole: each every-th, or each with a probability.
  struct Burst {
    std::uint64_t length = 1;
    std::optional<std::uint64_t> every;  // from one block's start to the next, in ordinals
    std::optional<double> probability;

    friend bool operator==(const Burst&, const Burst&) = default;
  };

  std::optional<double> probability;   // in [0, 1]
  std::optional<std::uint64_t> after;  // not the first `after`; what follows counts from there
  std::optional<std::uint64_t> first;  // only the first `first`
  std::optional<std::uint64_t> every;  // each every-th
  std::optional<Burst> burst;
  std::optional<Window> window;
  std::optional<std::uint64_t> max;  // strikes at most so often; not inside `any`
  std::vector<Schedule> any;         // where not empty, one of these has to hold too

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

// Whether the schedule, but for `max`, strikes. since_active: by the server's clock.
bool strikes(const Schedule& schedule, const Dice& dice, Duration since_active);

}  // namespace dynadeck::faults
