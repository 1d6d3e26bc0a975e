#include "harness/seam/clock.h"

#include <catch2/catch.hpp>

using namespace dynadeck;
using namespace std::chrono_literals;

TEST_CASE("an adjustable clock freezes, moves and goes on", "[clock]") {
  AdjustableClock clock;
  const Clock::WallTime start{1767225600s};

  clock.freeze_at(start);
  CHECK(clock.frozen());
  CHECK(clock.now() == start);

  clock.advance(90s);
  CHECK(clock.now() == start + 90s);
  clock.advance(-30s);
  CHECK(clock.now() == start + 60s);

  clock.set(start);
  CHECK(clock.now() == start);
  CHECK(clock.frozen());

  clock.resume();
  CHECK_FALSE(clock.frozen());
  CHECK(clock.now() >= start);
  CHECK(clock.now() < start + 1h);

  clock.set(start + 48h);
  CHECK_FALSE(clock.frozen());
  CHECK(clock.now() >= start + 48h);

  clock.reset();
  CHECK(clock.now() - std::chrono::time_point_cast<std::chrono::microseconds>(
                          std::chrono::system_clock::now()) <
        1min);
}

TEST_CASE("a moment that has just been has the time of then", "[clock]") {
  AdjustableClock clock;
  const auto agrees = [&] {
    const Clock::WallTime before = clock.now();
    const Clock::WallTime found = clock.at(clock.monotonic());
    const Clock::WallTime after = clock.now();
    return found >= before - 1ms && found <= after + 1ms;
  };
  CHECK(agrees());
  CHECK(agrees());  // by what the first has measured
  clock.advance(90s);
  CHECK(agrees());
  const auto moment = clock.monotonic();
  CHECK(clock.at(moment) - clock.at(moment - 5ms) == 5ms);
  const Clock::WallTime start{1767225600s};
  clock.freeze_at(start);
  CHECK(clock.at(clock.monotonic()) == start);
  CHECK(clock.at(moment) == start);
  clock.resume();
  CHECK(agrees());
}

TEST_CASE("a manual clock moves both times together", "[clock]") {
  ManualClock clock;
  const auto wall = clock.now();
  const auto monotonic = clock.monotonic();
  clock.advance(250ms);
  CHECK(clock.now() - wall == 250ms);
  CHECK(clock.monotonic() - monotonic == 250ms);
  CHECK(clock.at(monotonic) == wall);
  CHECK(clock.at(clock.monotonic()) == clock.now());
}
