// The connections to one upstream host, and the requests that use or await them.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
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
struct UpstreamLine {
  enum class State : std::uint8_t { kConnecting, kIdle, kBusy, kClosed };

  explicit UpstreamLine(UpstreamPool& owner, ReplyParser::Limits limits)
      : pool(&owner), parser(limits) {}

  UpstreamPool* const pool;
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

// What the pools of one client share. One thread.
struct UpstreamContext {
  const UpstreamClient::Options options;
  const Clock& clock;
  UpstreamStats& stats;
  const int epoll;
  const std::shared_ptr<UpstreamInbox> inbox;
  std::vector<char> read_buffer;
  // Closed while events for them may still be in hand.
  std::vector<std::unique_ptr<UpstreamLine>> closed_lines;
};

// One thread. Any of its functions may call a Done.
class UpstreamPool {
 public:
  UpstreamPool(UpstreamEndpoint endpoint, UpstreamContext& context);
  ~UpstreamPool();
  UpstreamPool(const UpstreamPool&) = delete;
  UpstreamPool& operator=(const UpstreamPool&) = delete;

  void submit(UpstreamCall call);
  void resolved(Addresses addresses);
  void on_ready(UpstreamLine& line);
  // Ends what took too long.
  void tick(Clock::MonotonicTime now);
  // Ends everything.
  void stop();

  // Whether a timeout may be near; without it only idle connections age.
  bool active() const;
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

  void assign(UpstreamLine& line, UpstreamCall call);
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
  std::vector<UpstreamLine*> idle_;  // the one used last is at the end
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
