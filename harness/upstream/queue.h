// The requests for one upstream host that have no connection: those that wait for one, and those
// that are to be tried again a little later.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "harness/seam/clock.h"
#include "harness/upstream/client.h"
#include "harness/upstream/inbox.h"

namespace dynadeck {

struct UpstreamContext;  // harness/upstream/line.h

// One thread. What has ended stands in the context's completions.
class UpstreamQueue {
 public:
  explicit UpstreamQueue(UpstreamContext& context) : context_(context) {}

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  // Nothing waits, and nothing will by itself.
  bool unused() const { return waiting_.empty() && postponed_.empty(); }

  void push(UpstreamCall call);
  void push_first(UpstreamCall call);
  UpstreamCall pop();

  // Ends a request that nobody has any more, or postpones it where it may be tried again.
  void fail(UpstreamCall call, UpstreamFailure failure);
  // The same for those that wait, and began by then.
  void fail_waiting(Clock::MonotonicTime began_until, const UpstreamFailure& failure);
  // Ends all of them.
  void stop(const UpstreamFailure& failure);

  // What was postponed until now waits for a connection, or hears that its time is over.
  void tick_postponed(Clock::MonotonicTime now);
  // Whether something has waited for too long.
  bool overdue(Clock::MonotonicTime now) const;
  void fail_overdue(Clock::MonotonicTime now, const UpstreamFailure& failure);

 private:
  struct Postponed {
    Clock::MonotonicTime due;
    UpstreamCall call;
    UpstreamFailure failure;  // what it will hear if time runs out before it is due
  };

  void count_waiting(std::ptrdiff_t change);

  UpstreamContext& context_;
  std::deque<UpstreamCall> waiting_;
  std::vector<Postponed> postponed_;
};

}  // namespace dynadeck
