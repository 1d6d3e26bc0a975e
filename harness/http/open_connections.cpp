#include "harness/http/open_connections.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace dynadeck {

OpenConnections::OpenConnections(const Clock& clock, HttpStats& stats,
                                 std::function<void()> look_around)
    : clock_(clock), stats_(stats), look_around_(std::move(look_around)) {}

void OpenConnections::open(std::size_t max_files, int epoll) {
  table_ = std::make_unique<ConnectionTable>(max_files);
  epoll_ = epoll;
}

void OpenConnections::adopt(int fd) {
  Connection* connection = table_->make(fd);
  if (connection == nullptr) {
    ::close(fd);
    return;
  }
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  stats_.accepted_connections.fetch_add(1, std::memory_order_relaxed);
  stats_.open_connections.fetch_add(1, std::memory_order_relaxed);
  connection->open(fd);
  epoll_event event{EPOLLIN | EPOLLRDHUP | EPOLLET, {.u64 = connection->token()}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

std::vector<Connection::Token> OpenConnections::take_due_timers() {
  return timers_.take_due(clock_.monotonic());
}

void OpenConnections::set_timer(Connection& connection, std::chrono::nanoseconds delay) {
  connection.deadline = clock_.monotonic() + delay;
  connection.has_timer = true;
  if (timers_.set(connection.token(), connection.deadline)) look_around_();
}

void OpenConnections::clear_timer(Connection& connection) {
  if (!connection.has_timer) return;
  connection.has_timer = false;
  timers_.clear(connection.token());
}

void OpenConnections::watch_output(Connection& connection) {
  if (connection.armed_for_output) return;
  connection.armed_for_output = true;
  epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.u64 = connection.token()}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
}

bool OpenConnections::close(Connection& connection, bool reset) {
  clear_timer(connection);
  if (connection.phase == Connection::Phase::kDeferred) {
    stats_.abandoned_requests.fetch_add(1, std::memory_order_relaxed);
  }
  const int fd = connection.fd;
  connection.close();
  if (reset) {
    const ::linger at_once{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(fd);
  stats_.open_connections.fetch_sub(1, std::memory_order_relaxed);
  if (draining()) look_around_();
  return false;
}

}  // namespace dynadeck
