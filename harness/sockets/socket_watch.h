// What both ends of the program need of sockets that never wait is in this room: watching them,
// timers, bells, descriptors that close.
//
// This one lets the threads that wait for the server's sockets wait for somebody else's, too: an
// upstream's answer is read, and sent on, by the thread that would otherwise have to be woken for
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <vector>

namespace dynadeck {

// Synchronized. Shared by the one who waits and by those who have sockets: either may end first.
class SocketWatch {
 public:
  // Called when there is something to be read. hung_up: the other side has sent all that it will
  // send. Several threads may call it at once, and it may be called in vain, also just after
  // remove(). It must not wait.
  using Ready = std::function<void(bool hung_up)>;
  using Ticket = std::uint32_t;

  // For the one who waits. epoll: borrowed until close().
  void open(int epoll);
  void close();
  // Whether an event's data is that of a socket here; then ready() tells its owner.
  static bool is_ours(std::uint64_t data);
  void ready(std::uint64_t data, std::uint32_t epoll_events) const;

  // For those who have sockets. An event comes once for what has arrived since the last one, and
  // for what is there already. Nothing where nobody waits.
  std::optional<Ticket> add(int descriptor, Ready ready);
  // Before the descriptor is closed.
  void remove(Ticket ticket);

 private:
  mutable std::shared_mutex mutex_;
  int epoll_ = -1;                                 // guarded by mutex_
  std::vector<std::shared_ptr<const Ready>> all_;  // by ticket; guarded by mutex_
  std::vector<Ticket> free_;                       // guarded by mutex_
};

}  // namespace dynadeck
