// The clients' connections that are open, and what their owner may do with one beside talking: set
// its timer, wait until it takes more, close it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "harness/http/connection.h"
#include "harness/http/server.h"
#include "harness/seam/clock.h"
#include "harness/sockets/timer_queue.h"

namespace dynadeck {

// Synchronized, after open(). Who owns a connection is the connection's own affair.
class OpenConnections {
 public:
  // clock and stats are borrowed. look_around is called where the thread that watches the timers
  // has to look at them anew, or at a server that ends; it must not wait.
  OpenConnections(const Clock& clock, HttpStats& stats, std::function<void()> look_around);

  // Before all else. epoll: where events are waited for, borrowed.
  void open(std::size_t max_files, int epoll);

  // Threads: the one that accepts. Takes the socket, and closes it where there is no room.
  void adopt(int fd);
  // Threads: the one that watches the timers.
  std::optional<TimerQueue::Time> earliest_timer() const { return timers_.earliest(); }
  std::vector<Connection::Token> take_due_timers();

  // Null where no connection ever was.
  Connection* at(Connection::Token token) const { return table_->at(Connection::fd_of(token)); }
  template <typename Visit>
  void for_each(Visit visit) const {
    table_->for_each_open(visit);
  }

  // No connection is kept alive from now on.
  void drain() { draining_.store(true, std::memory_order_release); }
  bool draining() const { return draining_.load(std::memory_order_acquire); }

  // Threads: the connection's owner.
  void set_timer(Connection& connection, std::chrono::nanoseconds delay);
  void clear_timer(Connection& connection);
  // From now on events tell when the client has taken something, too.
  void watch_output(Connection& connection);
  // reset: the client hears it at once and loses what is under way. False, as everything that ends
  // a connection.
  bool close(Connection& connection, bool reset = false);

 private:
  const Clock& clock_;
  HttpStats& stats_;
  const std::function<void()> look_around_;
  std::unique_ptr<ConnectionTable> table_;
  int epoll_ = -1;
  TimerQueue timers_;
  std::atomic<bool> draining_{false};
};

}  // namespace dynadeck
