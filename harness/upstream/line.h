// One connection in a pool, and what several threads do with it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "harness/sockets/socket_watch.h"
#include "harness/upstream/attempt.h"
#include "harness/upstream/client.h"
#include "harness/upstream/connection.h"
#include "harness/upstream/inbox.h"

namespace dynadeck {

class UpstreamPool;
struct UpstreamContext;

// A request that has come to its end, and whom to tell: when no mutex is held.
struct UpstreamCompletion {
  UpstreamClient::Done done;
  UpstreamClient::Result result;
};

// It is the client's thread that connects, times out and closes. But the thread that has a request
// may take an idle line and write to it at once, and a server's worker that is told that an answer
// has come may read it: waking the client's thread for that would cost more than the work. Hence
// the mutex; who does not get it leaves a note in `events` for the one who has it.
struct UpstreamLine : std::enable_shared_from_this<UpstreamLine> {
  enum class State : std::uint8_t { kConnecting, kIdle, kBusy, kClosed };
  // What a worker has found and leaves to the client's thread; the state is kBusy then.
  enum class Task : std::uint8_t {
    kNone,
    kGoOn,     // writing, or reading an end
    kFinish,   // the reply is whole, the connection of no further use
    kRefuse,   // the reply is bad
    kPassOn,   // the reply was passed on; others wait for the line
    kDiscard,  // something came that nobody had asked for
  };
  static constexpr std::uint32_t kReadable = 1;
  static constexpr std::uint32_t kHungUp = 2;

  explicit UpstreamLine(UpstreamPool& owner, ReplyParser::Limits limits)
      : pool(&owner), parser(limits) {}

  // For the client's thread: no other one closes lines.
  bool is_open() {
    const std::lock_guard lock(mutex);
    return state != State::kClosed;
  }

  // Threads: any, under the mutex. Begins a request on a line that is busy from now on. Whether all
  // of it has left; where it has not, the pool's go_on() has to see to it.
  bool begin(UpstreamCall next);

  // For the client's thread, under the mutex.
  //
  // What its epoll is to tell of. watch() is false where that is not possible.
  bool watch(bool wants_write_now, int operation);
  void set_wants_write(bool wants_write_now);
  // The connection stands: settles who waits for answers on it.
  void settle_in();
  // False: the connection was of no use, and no byte of the request has left.
  bool write_more();
  enum class Received : std::uint8_t {
    kPart,       // of the reply, or nothing
    kReply,      // the whole, and no more than that
    kLastReply,  // the whole, and the connection of no further use
    kBad,        // parser.problem()
    kEnd,        // too early
  };
  Received read_more();

  UpstreamPool* const pool;              // while it is open
  std::atomic<std::uint32_t> events{0};  // that nobody has looked at yet

  std::mutex mutex;  // guards all that follows
  State state = State::kConnecting;
  Task task = Task::kNone;
  std::unique_ptr<UpstreamConnection> connection;
  // Where a server's workers wait for answers; elsewhere it is the client's own epoll.
  std::optional<SocketWatch::Ticket> ticket;
  bool wants_write = false;  // what the client's epoll was told

  UpstreamAttempt attempt;  // while connecting

  // Busy.
  UpstreamCall call;
  std::size_t written_bytes = 0;
  bool write_failed = false;  // the upstream stopped listening; it may have answered before
  ReplyParser parser;
  Clock::MonotonicTime last_moved;  // a byte; when idle: since when
  bool reused = false;
  bool keep_alive = true;  // what the last reply said
  std::chrono::milliseconds idle_limit{0};
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
  std::vector<std::shared_ptr<UpstreamLine>> closed_lines{};
  std::vector<UpstreamCompletion> completions{};
  // Guards the idle lines of all pools, and which pools there are. Taken after a line's mutex,
  // never before it (take_idle only tries).
  std::mutex idle_mutex{};
  std::mutex watch_mutex{};
  std::shared_ptr<SocketWatch> watch{};  // guarded by watch_mutex; null: the client reads
};

// How failures tell of time: "30000 ms".
std::string in_milliseconds(std::chrono::milliseconds time);

// Looks at a line's events, unless somebody else has the line, who will. To be called wherever a
// line's mutex has just been let go of. Threads: any, without a mutex.
void look_after(UpstreamLine& line);

}  // namespace dynadeck
