// The connections to one upstream host, and the requests that use or await them.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/upstream/line.h"

namespace dynadeck {

// One thread, but for take_idle, begin and take_in. What has ended stands in the context's
// completions.
class UpstreamPool {
 public:
  UpstreamPool(UpstreamEndpoint endpoint, UpstreamContext& context);
  ~UpstreamPool();
  UpstreamPool(const UpstreamPool&) = delete;
  UpstreamPool& operator=(const UpstreamPool&) = delete;

  // Threads: any, under the idle mutex. An idle line, now busy and locked by `lock`, for begin();
  // null where there is none.
  std::shared_ptr<UpstreamLine> take_idle(std::unique_lock<std::mutex>& lock);
  // Threads: any, under the line's mutex. Whether the whole request has left; where it has not,
  // go_on() has to see to it.
  bool begin(UpstreamLine& line, UpstreamCall call);
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

 private:
  struct Postponed {
    Clock::MonotonicTime due;
    UpstreamCall call;
    UpstreamFailure failure;  // what it will hear if time runs out before it is due
  };
  using Kind = UpstreamFailure::Kind;

  // Gives waiting requests to idle connections, and opens more where they do not suffice.
  void advance();
  bool addresses_fresh(Clock::MonotonicTime now) const;
  void begin_resolving(Clock::MonotonicTime now);
  void open_line(Clock::MonotonicTime now);
  // Tries addresses, beginning with line.address, until one can at least be begun.
  bool begin_attempt(UpstreamLine& line, std::string& problem);
  void attempt_failed(UpstreamLine& line, UpstreamFailure failure);
  void fail_waiting(Clock::MonotonicTime began_until, const UpstreamFailure& failure);

  void on_connecting(UpstreamLine& line);
  void on_idle(UpstreamLine& line);
  void on_busy(UpstreamLine& line);
  void tick_line(UpstreamLine& line, Clock::MonotonicTime now);
  void tick_waiting(Clock::MonotonicTime now);
  void tick_postponed(Clock::MonotonicTime now);

  // Threads: any, under the line's mutex.
  std::optional<UpstreamCompletion> take_unasked(UpstreamLine& line, bool hung_up);
  std::optional<UpstreamCompletion> leave(UpstreamLine& line, UpstreamLine::Task task);
  std::optional<UpstreamCompletion> pass_on(UpstreamLine& line);
  UpstreamCompletion complete(UpstreamLine& line);

  // All that take a line are called under its mutex, and may close it.
  void settle_in(UpstreamLine& line);
  void carry_out(UpstreamLine& line, UpstreamLine::Task task);
  void make_available(UpstreamLine& line);
  void assign(UpstreamLine& line, UpstreamCall call);
  UpstreamCall next_waiting();
  // False where the line is closed and its call dealt with.
  bool write_more(UpstreamLine& line);
  bool read_more(UpstreamLine& line);
  void finish(UpstreamLine& line, bool reusable);
  void fail(UpstreamLine& line, UpstreamFailure failure);
  void fail(UpstreamCall call, UpstreamFailure failure);

  bool watch(UpstreamLine& line, bool wants_write, int operation);
  void set_wants_write(UpstreamLine& line, bool wants_write);
  void close(UpstreamLine& line);
  void count_waiting(std::ptrdiff_t change);

  const UpstreamEndpoint endpoint_;
  UpstreamContext& context_;
  std::vector<std::shared_ptr<UpstreamLine>> lines_;
  std::vector<UpstreamLine*> idle_;  // the one used last is at the end; guarded by idle_mutex
  std::size_t connecting_ = 0;
  std::deque<UpstreamCall> waiting_;
  std::vector<Postponed> postponed_;  // to be tried again
  Clock::MonotonicTime no_attempt_before_;

  std::vector<SocketAddress> addresses_;
  std::size_t preferred_address_ = 0;
  std::optional<Clock::MonotonicTime> resolved_at_;
  std::optional<Clock::MonotonicTime> resolving_since_;
};

}  // namespace dynadeck
