// One client's connection, and the table that all of them stand in.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/http/dispatch.h"
#include "harness/http/framing.h"
#include "harness/http/response.h"
#include "harness/sockets/timer_queue.h"

namespace dynadeck {

// What may happen to a connection. Bits: several may happen before somebody looks.
enum ConnectionEvent : std::uint32_t {
  kReadable = 1U << 0,
  kWritable = 1U << 1,
  kPeerClosed = 1U << 2,  // the client will send nothing more
  kBroken = 1U << 3,      // reset, or closed both ways
  kTimer = 1U << 4,
  kDrain = 1U << 5,  // close if idle
  kAbort = 1U << 6,  // close in any case
  kWoken = 1U << 7,  // what was fetched elsewhere is there
};

// A slot of the table; who it belongs to at the moment is `state_`.
//
// Events come to any thread. The one that finds the slot free owns it until release() finds no
// further event; meanwhile the others leave their events and go. A token names a slot *and* which
// of the connections that have lived there, so that events for a connection that is gone fall flat.
class Connection {
 public:
  using Token = TimerQueue::Token;

  enum class Phase : std::uint8_t {
    kReading,    // a request, or waiting for one
    kDeferred,   // the response does not exist yet, and its time has to come
    kAwaiting,   // it does not exist yet, and somebody else is at work on it
    kDelayed,    // it does, and has to wait
    kSending,    // the client does not read as fast as we write
    kTrickling,  // between two pieces
    kHanging,    // until the client gives up
    kLingering,  // answered and half closed; what the client still sends is dropped
  };

  // Threads: any.
  bool acquire(std::uint32_t generation, std::uint32_t events);
  bool is_open() const { return (state_.load(std::memory_order_acquire) & kOpen) != 0; }
  std::uint32_t generation() const {
    return static_cast<std::uint32_t>(state_.load(std::memory_order_acquire) >> 32);
  }

  // Threads: the owner's, down to the end.
  std::uint32_t take_events();
  // False, and still owned, where an event has come meanwhile.
  bool release();
  void open(int fd);  // a free slot has no owner but the thread that accepts
  void close();       // forgets everything; the caller closes the socket afterwards

  Token token() const { return Token{generation()} << 32 | static_cast<std::uint32_t>(fd); }
  static std::uint32_t generation_of(Token token) {
    return static_cast<std::uint32_t>(token >> 32);
  }
  static int fd_of(Token token) { return static_cast<int>(token & 0xFFFFFFFF); }

  int fd = -1;
  Phase phase = Phase::kReading;
  bool peer_closed = false;
  bool unread = false;  // there may be bytes in the socket that no event will tell of again
  bool armed_for_output = false;
  bool has_timer = false;
  TimerQueue::Time deadline;
  std::unique_ptr<RequestFraming> partial;  // a request that has begun to come
  std::string backlog;                      // bytes of the requests after the current one
  std::unique_ptr<Exchange> exchange;       // while deferred or awaiting
  std::unique_ptr<Outgoing> outgoing;       // while it cannot leave at once

 private:
  static constexpr std::uint64_t kEvents = 0xFFFF;
  static constexpr std::uint64_t kOwned = 1U << 16;
  static constexpr std::uint64_t kOpen = 1U << 17;

  std::atomic<std::uint64_t> state_{0};  // generation in the upper half
};

// All slots, by file descriptor. Slots are made when first needed and never go away.
// Threads: at() by any, make() by one.
class ConnectionTable {
 public:
  explicit ConnectionTable(std::size_t max_fds);

  // Null where no connection ever was.
  Connection* at(int fd) const;
  // Null beyond max_fds.
  Connection* make(int fd);

  template <typename Visit>
  void for_each_open(Visit visit) const {
    for (const auto& entry : blocks_) {
      Block* block = entry.load(std::memory_order_acquire);
      if (block == nullptr) continue;
      for (Connection& connection : *block) {
        if (connection.is_open()) visit(connection);
      }
    }
  }

  ~ConnectionTable();

 private:
  static constexpr std::size_t kBlockSize = 256;
  using Block = std::array<Connection, kBlockSize>;

  std::vector<std::atomic<Block*>> blocks_;
};

}  // namespace dynadeck
