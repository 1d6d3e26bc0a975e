// Two threads that wait for other people's sockets, as a server's workers do.
#pragma once

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <thread>

#include "harness/sockets/socket_watch.h"

namespace dynadeck::testing {

class WatchingThreads {
 public:
  WatchingThreads() : watch(std::make_shared<SocketWatch>()) {
    epoll_event end{EPOLLIN, {.u64 = 0}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, end_, &end);
    watch->open(epoll_);
    for (std::thread& thread : threads_) thread = std::thread([this] { work(); });
  }

  ~WatchingThreads() {
    watch->close();
    eventfd_write(end_, 1);
    for (std::thread& thread : threads_) thread.join();
    close(end_);
    close(epoll_);
  }

  WatchingThreads(const WatchingThreads&) = delete;
  WatchingThreads& operator=(const WatchingThreads&) = delete;

  const std::shared_ptr<SocketWatch> watch;

 private:
  void work() {
    while (true) {
      epoll_event event{};
      if (epoll_wait(epoll_, &event, 1, -1) != 1) continue;
      if (!SocketWatch::is_ours(event.data.u64)) return;
      watch->ready(event.data.u64, event.events);
    }
  }

  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  const int end_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::array<std::thread, 2> threads_;
};

}  // namespace dynadeck::testing
