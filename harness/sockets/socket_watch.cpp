#include "harness/sockets/socket_watch.h"

#include <sys/epoll.h>

#include <mutex>
#include <utility>

namespace dynadeck {
namespace {

// The lower half is what no connection's token has; the server's own two are below the tickets.
constexpr std::uint64_t kNoConnection = 0xFFFF'FFFF;
constexpr std::uint64_t kFirstTicket = 2;

}  // namespace

void SocketWatch::open(int epoll) {
  const std::lock_guard lock(mutex_);
  epoll_ = epoll;
}

void SocketWatch::close() {
  const std::lock_guard lock(mutex_);
  epoll_ = -1;
}

bool SocketWatch::is_ours(std::uint64_t data) {
  return (data & kNoConnection) == kNoConnection && (data >> 32) >= kFirstTicket;
}

void SocketWatch::ready(std::uint64_t data, std::uint32_t epoll_events) const {
  const std::uint64_t ticket = (data >> 32) - kFirstTicket;
  std::shared_ptr<const Ready> ready;
  {
    const std::shared_lock lock(mutex_);
    if (ticket < all_.size()) ready = all_[ticket];
  }
  if (ready != nullptr) (*ready)((epoll_events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
}

std::optional<SocketWatch::Ticket> SocketWatch::add(int descriptor, Ready ready) {
  const std::lock_guard lock(mutex_);
  if (epoll_ < 0) return std::nullopt;
  if (free_.empty()) {
    free_.push_back(static_cast<Ticket>(all_.size()));
    all_.emplace_back();
  }
  const Ticket ticket = free_.back();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
  event.data.u64 = (ticket + kFirstTicket) << 32 | kNoConnection;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) return std::nullopt;
  free_.pop_back();
  all_[ticket] = std::make_shared<const Ready>(std::move(ready));
  return ticket;
}

void SocketWatch::remove(Ticket ticket) {
  std::shared_ptr<const Ready> last;  // let go of without the lock
  const std::lock_guard lock(mutex_);
  last = std::exchange(all_[ticket], nullptr);
  free_.push_back(ticket);
}

}  // namespace dynadeck
