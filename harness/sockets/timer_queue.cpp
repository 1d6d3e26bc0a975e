#include "harness/sockets/timer_queue.h"

namespace dynadeck {

bool TimerQueue::set(Token token, Time when) {
  const std::lock_guard lock(mutex_);
  const auto [entry, added] = by_token_.try_emplace(token, when);
  if (!added) {
    by_time_.erase({entry->second, token});
    entry->second = when;
  }
  const auto inserted = by_time_.insert({when, token}).first;
  return inserted == by_time_.begin();
}

void TimerQueue::clear(Token token) {
  const std::lock_guard lock(mutex_);
  const auto found = by_token_.find(token);
  if (found == by_token_.end()) return;
  by_time_.erase({found->second, token});
  by_token_.erase(found);
}

std::optional<TimerQueue::Time> TimerQueue::earliest() const {
  const std::lock_guard lock(mutex_);
  if (by_time_.empty()) return std::nullopt;
  return by_time_.begin()->first;
}

std::vector<TimerQueue::Token> TimerQueue::take_due(Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<Token> due;
  while (!by_time_.empty() && by_time_.begin()->first <= now) {
    due.push_back(by_time_.begin()->second);
    by_token_.erase(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
  }
  return due;
}

}  // namespace dynadeck
