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

#include "harness/upstream_client.h"
#include "harness/upstream_connection.h"
#include "harness/upstream_inbox.h"

namespace dynadeck {

class UpstreamPool;

// One connection in a pool.
//
// It is the client's thread that connects, reads and closes. But the thread that has a request may
// take an idle line and write to it at once: waking the client's thread for that would cost more
// than the writing. Hence the mutex.
struct UpstreamLine {
  enum class State : std::uint8_t { kConnecting, kIdle, kBusy, kClosed };

  explicit UpstreamLine(UpstreamPool& owner, ReplyParser::Limits limits)
      : pool(&owner), parser(limits) {}

  UpstreamPool* const pool;

  std::mutex mutex;  // guards all that follows
  State state = State::kConnecting;
  std::unique_ptr<UpstreamConnection> connection;
  bool wants_write = false;  // what epoll was told

  // Connecting.
  Clock::MonotonicTime attempt_began;
  Clock::MonotonicTime attempt_ends;
  std::size_t address = 0;          // which one
  std::size_t addresses_tried = 1;  // this one included

  // Busy.
  UpstreamCall call;
  std::size_t written_bytes = 0;
  bool write_failed = false;  // the upstream stopped listening; it may have answered before
  ReplyParser parser;
  Clock::MonotonicTime last_moved;  // a byte; when idle: since when
  bool reused = false;
  std::chrono::milliseconds idle_limit{0};
};

// A request that has come to its end, and whom to tell: when no mutex is held.
struct UpstreamCompletion {
  UpstreamClient::Done done;
  UpstreamClient::Result result;
};

// What the pools of one client share. One thread, but for what is const, synchronized or guarded.
struct UpstreamContext {
  const UpstreamClient::Options options;
  const Clock& clock;
  UpstreamStats& stats;
  const int epoll;
  const std::shared_ptr<UpstreamInbox> inbox;
  std::vector<char> read_buffer{};
  // Closed while events for them may still be in hand.
  std::vector<std::unique_ptr<UpstreamLine>> closed_lines{};
  std::vector<UpstreamCompletion> completions{};
  // Guards the idle lines of all pools, and which pools there are. Taken after a line's mutex,
  // never before it (take_idle only tries).
  std::mutex idle_mutex{};
};

// One thread, but for take_idle and begin. What has ended stands in the context's completions.
class UpstreamPool {
 public:
  UpstreamPool(UpstreamEndpoint endpoint, UpstreamContext& context);
  ~UpstreamPool();
  UpstreamPool(const UpstreamPool&) = delete;
  UpstreamPool& operator=(const UpstreamPool&) = delete;

  // Threads: any, under the idle mutex. An idle line, now busy and locked by `lock`, for begin();
  // null where there is none.
  UpstreamLine* take_idle(std::unique_lock<std::mutex>& lock);
  // Threads: any, under the line's mutex. Whether the whole request has left; where it has not,
  // go_on() has to see to it.
  bool begin(UpstreamLine& line, UpstreamCall call);

  void submit(UpstreamCall call);
  void resolved(Addresses addresses);
  void on_ready(UpstreamLine& line);
  void go_on(UpstreamLine& line);
  // Ends what took too long.
  void tick(Clock::MonotonicTime now);
  // Ends everything.
  void stop();

  bool unused() const;

 private:
  struct Postponed {
    Clock::MonotonicTime due;
    UpstreamCall call;
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

  // All that take a line are called under its mutex, and may close it.
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
  std::vector<std::unique_ptr<UpstreamLine>> lines_;
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
