#include "harness/http/reactor.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <shared_mutex>

namespace dynadeck {
namespace {

constexpr int kBacklog = 4096;
// How many events a worker takes at once: the others wait for it, should one of them be slow.
constexpr int kEventsAtOnce = 4;
constexpr std::size_t kMaxConnections = std::size_t{1} << 20;

// Tokens that no connection has: their file descriptor would be -1. SocketWatch has further ones.
constexpr std::uint64_t kPostedToken = 0x0'FFFFFFFF;
constexpr std::uint64_t kEndedToken = 0x1'FFFFFFFF;

// Raises the limit on open files to what the system allows; the limit.
std::size_t raise_file_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(limit.rlim_cur, kMaxConnections);
}

unsigned worker_count(unsigned asked_for) {
  return asked_for != 0 ? asked_for : std::max(2U, std::thread::hardware_concurrency());
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

std::uint32_t events_of(std::uint32_t epoll_events) {
  std::uint32_t events = 0;
  if ((epoll_events & EPOLLIN) != 0) events |= kReadable;
  if ((epoll_events & EPOLLOUT) != 0) events |= kWritable;
  if ((epoll_events & EPOLLRDHUP) != 0) events |= kPeerClosed;
  if ((epoll_events & (EPOLLHUP | EPOLLERR)) != 0) events |= kBroken;
  return events;
}

Clock::WallTime machine_time() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

HttpOptions completed(HttpOptions options) {
  if (!options.wire_time) options.wire_time = machine_time;
  return options;
}

}  // namespace

// The way back in for threads that bring a response. Synchronized.
class HttpServer::Reactor::Gate {
 public:
  explicit Gate(Reactor& reactor) : reactor_(&reactor) {}

  // Goes on with the connection on the thread that calls: it has the response in its caches, and
  // handing it to a worker would cost a change of threads.
  void wake(Connection::Token token) {
    if (inside_ == this) return reactor_->post(token, kWoken);  // from its own continuation
    const std::shared_lock lock(mutex_);
    if (reactor_ == nullptr) return;
    if (inside_ != nullptr) return reactor_->post(token, kWoken);
    inside_ = this;
    std::unique_ptr<HttpWorker> guest = take_guest();
    if (reactor_->connections_.at(token) != nullptr) {
      guest->run(token, kWoken);
    }
    inside_ = nullptr;
    const std::lock_guard guests_lock(guests_mutex_);
    guests_.push_back(std::move(guest));
  }

  // Waits for those who are inside; nobody comes in after it.
  void shut() {
    const std::unique_lock lock(mutex_);
    reactor_ = nullptr;
  }

 private:
  std::unique_ptr<HttpWorker> take_guest() {
    const std::lock_guard lock(guests_mutex_);
    if (guests_.empty()) return std::make_unique<HttpWorker>(reactor_->shared_);
    std::unique_ptr<HttpWorker> guest = std::move(guests_.back());
    guests_.pop_back();
    return guest;
  }

  static thread_local const Gate* inside_;  // of whose continuations this thread is in one

  std::shared_mutex mutex_;
  Reactor* reactor_;  // guarded by mutex_; null once it has stopped
  std::mutex guests_mutex_;
  std::vector<std::unique_ptr<HttpWorker>> guests_;  // guarded by guests_mutex_
};

thread_local const HttpServer::Reactor::Gate* HttpServer::Reactor::Gate::inside_ = nullptr;

HttpServer::Reactor::Reactor(HttpOptions options, Service& service, const Clock& clock,
                             Random& random)
    : options_(completed(std::move(options))),
      clock_(clock),
      dispatch_(options_, service, clock, random, stats_),
      connections_(clock, stats_, [this] { keeper_.wake(); }),
      sender_(connections_, stats_, options_.write_deadline),
      keeper_(connections_, options_, stats_, clock,
              [this](Connection::Token token, std::uint32_t event) { post(token, event); }),
      gate_(std::make_shared<Gate>(*this)),
      shared_{options_,
              clock_,
              stats_,
              dispatch_,
              library_,
              connections_,
              sender_,
              [this](Connection::Token token) { enqueue(token); },
              [this](Connection::Token token) {
                return [gate = gate_, token] { gate->wake(token); };
              }} {}

HttpServer::Reactor::~Reactor() = default;

// --- Beginning and end -----------------------------------------------------------------------

Outcome<std::uint16_t, std::string> HttpServer::Reactor::start() {
  const std::size_t max_files = raise_file_limit();
  const Outcome<int, std::string> socket =
      library_.listen_on(options_.host, options_.port, kBacklog);
  if (!socket.ok()) return socket.error();
  UniqueFd listener(*socket);
  port_ = port_of(listener.get());

  epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (epoll_.get() < 0 || !posted_.open() || !ended_.open() || !keeper_.open()) {
    return std::string("cannot open more files: raise the limit (ulimit -n)");
  }
  connections_.open(max_files, epoll_.get());
  epoll_event posted{EPOLLIN | EPOLLET, {.u64 = kPostedToken}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, posted_.fd(), &posted);
  epoll_event ended{EPOLLIN, {.u64 = kEndedToken}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, ended_.fd(), &ended);
  watch_->open(epoll_.get());

  const std::lock_guard lock(stop_mutex_);
  running_ = true;
  for (unsigned i = 0; i < worker_count(options_.workers); ++i) {
    workers_.push_back(std::make_unique<HttpWorker>(shared_));
    threads_.emplace_back([this, &worker = *workers_.back()] { work(worker); });
  }
  keeper_.start(listener.release());
  return port_;
}

bool HttpServer::Reactor::stop(std::chrono::milliseconds drain) {
  const std::lock_guard lock(stop_mutex_);
  if (!running_) return drained_in_time_;
  running_ = false;
  drained_in_time_ = keeper_.stop(drain);
  watch_->close();
  gate_->shut();
  ended_.ring();
  for (std::thread& thread : threads_) thread.join();
  return drained_in_time_;
}

// --- Events from elsewhere ---------------------------------------------------------------------

void HttpServer::Reactor::post(Connection::Token token, std::uint32_t event) {
  Connection* connection = connections_.at(token);
  if (connection == nullptr) return;
  // Left with its owner, if it has one. Otherwise we own it until a worker takes it over.
  if (connection->acquire(Connection::generation_of(token), event)) enqueue(token);
}

// Hands an owned connection to whichever worker is free.
void HttpServer::Reactor::enqueue(Connection::Token token) {
  {
    const std::lock_guard lock(posts_mutex_);
    posts_.push_back(token);
  }
  posted_.ring();
}

// --- Workers ---------------------------------------------------------------------------------

void HttpServer::Reactor::work(HttpWorker& worker) {
  std::array<epoll_event, kEventsAtOnce> events;
  while (true) {
    const int count = epoll_wait(epoll_.get(), events.data(), kEventsAtOnce, -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == kEndedToken) return;
      if (event.data.u64 == kPostedToken) {
        work_off_posts(worker);
      } else if (SocketWatch::is_ours(event.data.u64)) {
        watch_->ready(event.data.u64, event.events);
      } else {
        worker.run(event.data.u64, events_of(event.events));
      }
    }
  }
}

void HttpServer::Reactor::work_off_posts(HttpWorker& worker) {
  while (true) {
    Connection::Token token = 0;
    {
      const std::lock_guard lock(posts_mutex_);
      if (posts_.empty()) return;
      token = posts_.front();
      posts_.pop_front();
    }
    worker.go_on(*connections_.at(token));
  }
}

}  // namespace dynadeck
