// Time comes from here and from nowhere else.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace dynadeck {

// Both times at once: `now` is the calendar's, which a user may freeze or move; `monotonic` only
// measures durations and never stands still. Synchronized.
class Clock {
 public:
  using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
  using MonotonicTime = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  // What DynamoDB believes the date to be: item expiry, creation dates, token windows.
  virtual WallTime now() const = 0;
  // For latencies, timeouts and delays on the wire.
  virtual MonotonicTime monotonic() const = 0;
  // What now() was at a moment that has just been, without another look at the machine's clock.
  virtual WallTime at(MonotonicTime moment) const = 0;
};

// The machine's time, until it is frozen, set or advanced. Synchronized, lock-free.
class AdjustableClock : public Clock {
 public:
  WallTime now() const override;
  MonotonicTime monotonic() const override;
  WallTime at(MonotonicTime moment) const override;

  void freeze();  // at now()
  void freeze_at(WallTime time);
  void resume();            // goes on from where it stands
  void set(WallTime time);  // frozen stays frozen, running stays running
  void advance(std::chrono::microseconds by);
  void reset();  // the machine's time again
  bool frozen() const;

 private:
  struct State;
  // Two times the microseconds, plus one if frozen. Frozen: since 1970. Running: the offset to the
  // machine's time.
  std::atomic<std::int64_t> state_{0};

  // From the machine's monotonic time to its calendar, as at() has measured it, and how long that
  // holds: only an adjustment of the calendar changes it.
  std::int64_t calendar_offset(MonotonicTime moment) const;
  mutable std::atomic<std::int64_t> calendar_offset_microseconds_{0};
  mutable std::atomic<MonotonicTime::rep> calendar_offset_until_{0};
};

// For tests: both times stand still until they are advanced, together. Synchronized.
class ManualClock : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime{std::chrono::seconds{1767225600}});  // 2026-01-01

  WallTime now() const override;
  MonotonicTime monotonic() const override;
  WallTime at(MonotonicTime moment) const override;
  void advance(std::chrono::microseconds by);

 private:
  const WallTime start_;
  std::atomic<std::int64_t> elapsed_microseconds_{0};
};

}  // namespace dynadeck
