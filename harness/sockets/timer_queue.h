// Who is to be woken when. Synchronized.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/seam/clock.h"

namespace dynadeck {

class TimerQueue {
 public:
  using Time = Clock::MonotonicTime;
  using Token = std::uint64_t;

  // One timer per token: a second takes the first one's place. Whether it is now the earliest.
  bool set(Token token, Time when);
  void clear(Token token);

  std::optional<Time> earliest() const;
  // Those that are due, in their order; they are no longer here.
  std::vector<Token> take_due(Time now);

 private:
  mutable std::mutex mutex_;
  std::set<std::pair<Time, Token>> by_time_;  // guarded by mutex_, as is the next
  std::unordered_map<Token, Time> by_token_;
};

}  // namespace dynadeck
