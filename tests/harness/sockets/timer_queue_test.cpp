#include "harness/sockets/timer_queue.h"

#include <catch2/catch.hpp>

using namespace dynadeck;

namespace {

TimerQueue::Time at(int seconds) { return TimerQueue::Time{std::chrono::seconds(seconds)}; }
using Tokens = std::vector<TimerQueue::Token>;

}  // namespace

TEST_CASE("timers come due in their order, once", "[timers]") {
  TimerQueue timers;
  CHECK_FALSE(timers.earliest());
  CHECK(timers.set(1, at(30)));
  CHECK(timers.set(2, at(10)));
  CHECK_FALSE(timers.set(3, at(20)));
  CHECK(timers.earliest() == at(10));
  CHECK(timers.take_due(at(9)).empty());
  CHECK(timers.take_due(at(20)) == Tokens{2, 3});
  CHECK(timers.take_due(at(30)) == Tokens{1});
  CHECK_FALSE(timers.earliest());
}

TEST_CASE("a token has one timer", "[timers]") {
  TimerQueue timers;
  timers.set(1, at(30));
  CHECK(timers.set(1, at(5)));
  timers.set(1, at(40));
  CHECK(timers.take_due(at(39)).empty());
  timers.clear(1);
  timers.clear(1);
  CHECK(timers.take_due(at(100)).empty());
}
