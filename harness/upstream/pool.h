// The connections to one upstream host, and the requests that use them.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "harness/upstream/attempt.h"
#include "harness/upstream/host.h"
#include "harness/upstream/line.h"
#include "harness/upstream/queue.h"

namespace dynadeck {

// One thread, but for take_idle and take_in. What has ended stands in the context's completions.
class UpstreamPool {
 public:
  UpstreamPool(UpstreamEndpoint endpoint, UpstreamContext& context);
  ~UpstreamPool();
  UpstreamPool(const UpstreamPool&) = delete;
  UpstreamPool& operator=(const UpstreamPool&) = delete;

  // Threads: any, under the idle mutex. An idle line, now busy and locked by `lock`; null
  // where there is none.
  std::shared_ptr<UpstreamLine> take_idle(std::unique_lock<std::mutex>& lock);
  // Threads: any, under the line's mutex. Reads what has come for a line with a ticket.
  std::optional<UpstreamCompletion> take_in(UpstreamLine& line, bool hung_up);

  void submit(UpstreamCall call);
  void resolved(Addresses addresses);
  void on_ready(UpstreamLine& line);
  void go_on(UpstreamLine& line);
  // Ends what took too long.
  void tick(Clock::MonotonicTime now);
  // Ends everything.
  void stop();

  bool unused() const;
  UpstreamContext& context() const { return context_; }
  const UpstreamEndpoint& endpoint() const { return host_.endpoint(); }

 private:
  using Kind = UpstreamFailure::Kind;
  using State = UpstreamLine::State;
  using Task = UpstreamLine::Task;

  // Gives waiting requests to idle connections, and opens more where they do not suffice.
  void advance();
  void open_line(Clock::MonotonicTime now);
  void follow_attempt(UpstreamLine& line, UpstreamAttempt::Progress progress);
  void attempt_failed(UpstreamLine& line);

  void on_idle(UpstreamLine& line);
  void on_busy(UpstreamLine& line);
  void tick_line(UpstreamLine& line, Clock::MonotonicTime now);
  void tick_waiting(Clock::MonotonicTime now);
  void tick_resolving(Clock::MonotonicTime now);

  // Threads: any, under the line's mutex.
  std::optional<UpstreamCompletion> take_unasked(UpstreamLine& line, bool hung_up);
  std::optional<UpstreamCompletion> leave(UpstreamLine& line, Task task);
  std::optional<UpstreamCompletion> pass_on(UpstreamLine& line);
  UpstreamCompletion complete(UpstreamLine& line);

  // All that take a line are called under its mutex, and may close it.
  void carry_out(UpstreamLine& line, Task task);
  void make_available(UpstreamLine& line);
  void assign(UpstreamLine& line, UpstreamCall call);
  // False where the line is closed and its call dealt with.
  bool write_more(UpstreamLine& line);
  void read_more(UpstreamLine& line);
  void finish(UpstreamLine& line, bool reusable);
  void fail(UpstreamLine& line, UpstreamFailure failure);
  void close(UpstreamLine& line);

  UpstreamContext& context_;
  UpstreamHost host_;
  UpstreamQueue queue_;
  std::vector<std::shared_ptr<UpstreamLine>> lines_;
  std::vector<UpstreamLine*> idle_;  // the one used last is at the end; guarded by idle_mutex
  std::size_t connecting_ = 0;
  Clock::MonotonicTime no_attempt_before_;
};

}  // namespace dynadeck
