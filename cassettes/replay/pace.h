// How taped answers are given again: at once, or as slowly as they came.
#pragma once

#include <chrono>

#include "cassettes/tape/interaction.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// Immutable.
class Pace {
 public:
  // 0 is instant, 1 as taped, 10 ten times faster.
  explicit Pace(double speed) : speed_(speed) {}

  // Makes the response wait as it did when it was taped. waited: before the operation, for a fault.
  void hold_back(Response& response, std::chrono::nanoseconds waited,
                 std::chrono::microseconds duration) const {
    if (speed_ > 0 || waited.count() > 0) delay(response, waited, duration);
  }
  Response answer(Interaction interaction) const;

 private:
  void delay(Response& response, std::chrono::nanoseconds waited,
             std::chrono::microseconds duration) const;

  const double speed_;
};

}  // namespace dynadeck::cassettes
