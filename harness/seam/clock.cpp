#include "harness/seam/clock.h"

namespace dynadeck {
namespace {

using std::chrono::microseconds;

std::int64_t machine_microseconds() {
  return std::chrono::duration_cast<microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t monotonic_microseconds(Clock::MonotonicTime time) {
  return std::chrono::duration_cast<microseconds>(time.time_since_epoch()).count();
}

std::int64_t count(Clock::WallTime time) { return time.time_since_epoch().count(); }

}  // namespace

struct AdjustableClock::State {
  bool frozen = false;
  std::int64_t microseconds = 0;

  static State of(std::int64_t packed) { return {(packed & 1) != 0, packed >> 1}; }
  std::int64_t packed() const { return microseconds * 2 + (frozen ? 1 : 0); }
};

Clock::WallTime AdjustableClock::now() const {
  const State state = State::of(state_.load());
  const std::int64_t base = state.frozen ? 0 : machine_microseconds();
  return WallTime{microseconds{base + state.microseconds}};
}

Clock::MonotonicTime AdjustableClock::monotonic() const { return std::chrono::steady_clock::now(); }

Clock::WallTime AdjustableClock::at(MonotonicTime moment) const {
  const State state = State::of(state_.load());
  const std::int64_t base =
      state.frozen ? 0 : monotonic_microseconds(moment) + calendar_offset(moment);
  return WallTime{microseconds{base + state.microseconds}};
}

std::int64_t AdjustableClock::calendar_offset(MonotonicTime moment) const {
  const MonotonicTime::rep ticks = moment.time_since_epoch().count();
  if (ticks < calendar_offset_until_.load(std::memory_order_acquire)) {
    return calendar_offset_microseconds_.load(std::memory_order_relaxed);
  }
  const std::int64_t offset = machine_microseconds() - monotonic_microseconds(monotonic());
  calendar_offset_microseconds_.store(offset, std::memory_order_relaxed);
  constexpr MonotonicTime::duration kHolds = std::chrono::milliseconds(100);
  calendar_offset_until_.store(ticks + kHolds.count(), std::memory_order_release);
  return offset;
}

void AdjustableClock::freeze() { freeze_at(now()); }

void AdjustableClock::freeze_at(WallTime time) { state_.store(State{true, count(time)}.packed()); }

void AdjustableClock::resume() {
  std::int64_t packed = state_.load();
  while (State::of(packed).frozen) {
    const State next{false, State::of(packed).microseconds - machine_microseconds()};
    if (state_.compare_exchange_weak(packed, next.packed())) return;
  }
}

void AdjustableClock::set(WallTime time) {
  std::int64_t packed = state_.load();
  State next;
  do {
    const bool frozen = State::of(packed).frozen;
    next = {frozen, count(time) - (frozen ? 0 : machine_microseconds())};
  } while (!state_.compare_exchange_weak(packed, next.packed()));
}

void AdjustableClock::advance(microseconds by) { state_.fetch_add(by.count() * 2); }

void AdjustableClock::reset() { state_.store(0); }

bool AdjustableClock::frozen() const { return State::of(state_.load()).frozen; }

ManualClock::ManualClock(WallTime start) : start_(start) {}

Clock::WallTime ManualClock::now() const {
  return start_ + microseconds{elapsed_microseconds_.load()};
}

Clock::MonotonicTime ManualClock::monotonic() const {
  return MonotonicTime{microseconds{elapsed_microseconds_.load()}};
}

Clock::WallTime ManualClock::at(MonotonicTime moment) const {
  return start_ + microseconds{monotonic_microseconds(moment)};
}

void ManualClock::advance(microseconds by) { elapsed_microseconds_.fetch_add(by.count()); }

}  // namespace dynadeck
