#include "harness/upstream/queue.h"

#include <algorithm>
#include <utility>

#include "harness/upstream/line.h"

namespace dynadeck {
namespace {

using std::chrono::milliseconds;
using Kind = UpstreamFailure::Kind;

constexpr milliseconds kFirstRetryPause{50};
constexpr milliseconds kLongestRetryPause{1'000};

milliseconds retry_pause(unsigned retries) {
  constexpr unsigned kDoublings = 5;
  return std::min(kFirstRetryPause * (1U << std::min(retries, kDoublings)), kLongestRetryPause);
}

}  // namespace

void UpstreamQueue::push(UpstreamCall call) {
  waiting_.push_back(std::move(call));
  count_waiting(1);
}

void UpstreamQueue::push_first(UpstreamCall call) {
  waiting_.push_front(std::move(call));
  count_waiting(1);
}

UpstreamCall UpstreamQueue::pop() {
  UpstreamCall call = std::move(waiting_.front());
  waiting_.pop_front();
  count_waiting(-1);
  return call;
}

void UpstreamQueue::fail(UpstreamCall call, UpstreamFailure failure) {
  const bool again =
      failure.never_left && (failure.kind == Kind::kUnreachable || failure.kind == Kind::kBroken);
  const Clock::MonotonicTime now = context_.clock.monotonic();
  if (again && call.retries < context_.options.retries &&
      now - call.began < context_.options.timeouts.total) {
    ++context_.stats.retries;
    const Clock::MonotonicTime due = now + retry_pause(call.retries++);
    postponed_.push_back({due, std::move(call), std::move(failure)});
    return;
  }
  --context_.stats.requests_under_way;
  context_.completions.push_back({std::move(call.done), std::move(failure)});
}

void UpstreamQueue::fail_waiting(Clock::MonotonicTime began_until, const UpstreamFailure& failure) {
  std::vector<UpstreamCall> failed;
  std::deque<UpstreamCall> others;
  for (UpstreamCall& call : waiting_) {
    if (call.began <= began_until) {
      failed.push_back(std::move(call));
    } else {
      others.push_back(std::move(call));
    }
  }
  waiting_.swap(others);
  count_waiting(-static_cast<std::ptrdiff_t>(failed.size()));
  for (UpstreamCall& call : failed) fail(std::move(call), failure);
}

void UpstreamQueue::stop(const UpstreamFailure& failure) {
  std::vector<UpstreamCall> calls;
  for (UpstreamCall& call : waiting_) calls.push_back(std::move(call));
  count_waiting(-static_cast<std::ptrdiff_t>(waiting_.size()));
  waiting_.clear();
  for (Postponed& postponed : postponed_) calls.push_back(std::move(postponed.call));
  postponed_.clear();
  for (UpstreamCall& call : calls) fail(std::move(call), failure);
}

void UpstreamQueue::tick_postponed(Clock::MonotonicTime now) {
  std::vector<Postponed> postponed;
  postponed.swap(postponed_);
  for (Postponed& each : postponed) {
    if (now - each.call.began > context_.options.timeouts.total) {
      fail(std::move(each.call), std::move(each.failure));
    } else if (now < each.due) {
      postponed_.push_back(std::move(each));
    } else {
      // A new attempt is what it waits for, not one that is already failing.
      push(std::move(each.call));
    }
  }
}

bool UpstreamQueue::overdue(Clock::MonotonicTime now) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const UpstreamCall& call) {
    return now - call.began > context_.options.timeouts.total;
  });
}

void UpstreamQueue::fail_overdue(Clock::MonotonicTime now, const UpstreamFailure& failure) {
  fail_waiting(now - context_.options.timeouts.total - std::chrono::nanoseconds(1), failure);
}

void UpstreamQueue::count_waiting(std::ptrdiff_t change) {
  context_.stats.waiting_requests += change;
}

}  // namespace dynadeck
