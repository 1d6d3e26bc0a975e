#include "faults/language/schedule.h"

#include <algorithm>
#include <string>

#include "harness/seam/random.h"

namespace dynadeck::faults {
namespace {

bool inside(const Schedule::Window& window, Duration since_active) {
  if (since_active < window.start) return false;
  Duration into = since_active - window.start;
  if (window.repeat > Duration::zero()) into %= window.repeat;
  return into < window.length;
}

bool in_burst(const Schedule::Burst& burst, const Dice& dice, std::uint64_t position) {
  if (burst.every && (position - 1) % *burst.every >= burst.length) return false;
  const std::uint64_t block = (position - 1) / (burst.every ? *burst.every : burst.length);
  return !burst.probability || dice.block_unit("burst", block) < *burst.probability;
}

bool in_sequence(const Schedule& schedule, std::uint64_t position) {
  if (schedule.first && position > *schedule.first) return false;
  return !schedule.every || position % *schedule.every == 0;
}

// nesting: alternatives draw for themselves, each at its place in the list.
bool strikes(const Schedule& schedule, const Dice& dice, Duration since_active,
             const std::string& nesting) {
  const std::uint64_t after = schedule.after.value_or(0);
  if (dice.ordinal() <= after) return false;
  const std::uint64_t position = dice.ordinal() - after;
  if (!in_sequence(schedule, position)) return false;
  if (schedule.window && !inside(*schedule.window, since_active)) return false;
  if (schedule.burst && !in_burst(*schedule.burst, dice, position)) return false;
  if (schedule.probability && dice.unit("probability" + nesting) >= *schedule.probability) {
    return false;
  }
  if (schedule.any.empty()) return true;
  for (std::size_t at = 0; at < schedule.any.size(); ++at) {
    if (strikes(schedule.any[at], dice, since_active, nesting + "/" + std::to_string(at))) {
      return true;
    }
  }
  return false;
}

}  // namespace

Dice::Dice(std::uint64_t seed, std::string_view rule, std::uint64_t series, std::uint64_t ordinal)
    : seed_(draw_bits(seed, rule, series)), ordinal_(ordinal) {}

double Dice::unit(std::string_view purpose) const { return draw_unit(seed_, purpose, ordinal_); }

double Dice::block_unit(std::string_view purpose, std::uint64_t block) const {
  return draw_unit(seed_, purpose, block);
}

std::uint64_t Dice::bits(std::string_view purpose) const {
  return draw_bits(seed_, purpose, ordinal_);
}

bool strikes(const Schedule& schedule, const Dice& dice, Duration since_active) {
  return strikes(schedule, dice, std::max(since_active, Duration::zero()), std::string());
}

}  // namespace dynadeck::faults
