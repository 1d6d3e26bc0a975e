#include "harness/http/reactor.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <shared_mutex>

namespace dynadeck {
namespace {

using std::chrono::nanoseconds;

constexpr int kBacklog = 4096;
constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
// How many events a worker takes at once: the others wait for it, should one of them be slow.
constexpr int kEventsAtOnce = 4;
// How many pipelined requests are answered before other connections have their turn.
constexpr int kRequestsAtOnce = 32;
constexpr std::size_t kMaxConnections = std::size_t{1} << 20;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

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

template <typename T>
void add(std::atomic<T>& counter, T amount) {
  counter.fetch_add(amount, std::memory_order_relaxed);
}

Clock::WallTime machine_time() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

HttpOptions completed(HttpOptions options) {
  if (!options.wire_time) options.wire_time = machine_time;
  return options;
}

}  // namespace

// What one thread works with: never shared.
struct HttpServer::Reactor::Worker {
  explicit Worker(RequestFraming::Limits limits)
      : framing(limits), exchange(std::make_unique<Exchange>()), buffer(kReadBytes, '\0') {}

  RequestFraming framing;  // of requests that come in one piece
  std::unique_ptr<Exchange> exchange;
  std::string buffer;
  std::chrono::sys_seconds date_second;
  std::string date;
};

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
    std::unique_ptr<Worker> guest = take_guest();
    if (reactor_->connections_.at(token) != nullptr) {
      reactor_->run(*guest, token, kWoken);
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
  std::unique_ptr<Worker> take_guest() {
    const std::lock_guard lock(guests_mutex_);
    if (guests_.empty()) return reactor_->new_worker();
    std::unique_ptr<Worker> guest = std::move(guests_.back());
    guests_.pop_back();
    return guest;
  }

  static thread_local const Gate* inside_;  // of whose continuations this thread is in one

  std::shared_mutex mutex_;
  Reactor* reactor_;  // guarded by mutex_; null once it has stopped
  std::mutex guests_mutex_;
  std::vector<std::unique_ptr<Worker>> guests_;  // guarded by guests_mutex_
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
      gate_(std::make_shared<Gate>(*this)) {}

HttpServer::Reactor::~Reactor() = default;

std::unique_ptr<HttpServer::Reactor::Worker> HttpServer::Reactor::new_worker() const {
  return std::make_unique<Worker>(
      RequestFraming::Limits{options_.max_head_bytes, options_.max_body_bytes});
}

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
    workers_.push_back(new_worker());
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

void HttpServer::Reactor::work(Worker& worker) {
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
        run(worker, event.data.u64, events_of(event.events));
      }
    }
  }
}

void HttpServer::Reactor::work_off_posts(Worker& worker) {
  while (true) {
    Connection::Token token = 0;
    {
      const std::lock_guard lock(posts_mutex_);
      if (posts_.empty()) return;
      token = posts_.front();
      posts_.pop_front();
    }
    Connection& connection = *connections_.at(token);
    do {
      if (!advance(worker, connection, connection.take_events())) break;
    } while (!connection.release());
  }
}

void HttpServer::Reactor::run(Worker& worker, Connection::Token token, std::uint32_t events) {
  Connection& connection = *connections_.at(token);
  if (!connection.acquire(Connection::generation_of(token), events)) return;
  do {
    if (!advance(worker, connection, connection.take_events())) return;
  } while (!connection.release());
}

bool HttpServer::Reactor::advance(Worker& worker, Connection& connection, std::uint32_t events) {
  const bool awaiting = connection.phase == Connection::Phase::kAwaiting;
  if ((events & kAbort) != 0) return connections_.close(connection);
  if ((events & kBroken) != 0 && !awaiting) return connections_.close(connection);
  if ((events & (kPeerClosed | kBroken)) != 0) connection.peer_closed = true;
  if ((events & kReadable) != 0) connection.unread = true;
  if ((events & kTimer) != 0 && connection.has_timer && connection.deadline <= clock_.monotonic()) {
    connection.has_timer = false;
    if (!advance_on_timer(worker, connection)) return false;
  }
  if ((events & kWoken) != 0 && awaiting && !resume(worker, connection)) return false;
  const bool idle = connection.phase == Connection::Phase::kReading &&
                    connection.partial == nullptr && connection.backlog.empty() &&
                    !connection.unread;
  if ((events & kDrain) != 0 && idle) return connections_.close(connection);
  if (connection.phase == Connection::Phase::kSending && (events & kWritable) != 0 &&
      !sender_.go_on(connection)) {
    return false;
  }
  if (connection.phase == Connection::Phase::kReading && !serve(worker, connection)) return false;
  switch (connection.phase) {
    case Connection::Phase::kLingering:
      return discard_input(worker, connection);
    case Connection::Phase::kDeferred:
      return connection.peer_closed ? connections_.close(connection) : true;
    case Connection::Phase::kHanging:
      return connection.peer_closed || connections_.draining() ? connections_.close(connection)
                                                               : true;
    default:
      return true;
  }
}

// The time has come that this connection's phase was waiting for.
bool HttpServer::Reactor::advance_on_timer(Worker& worker, Connection& connection) {
  switch (connection.phase) {
    case Connection::Phase::kDeferred:
      return connection.peer_closed ? connections_.close(connection) : resume(worker, connection);
    case Connection::Phase::kAwaiting:
      return true;
    case Connection::Phase::kDelayed:
      return sender_.go_on(connection);
    case Connection::Phase::kTrickling:
      return sender_.next_piece(connection);
    case Connection::Phase::kReading:
    case Connection::Phase::kSending:
      add<std::uint64_t>(stats_.missed_deadlines, 1);
      return connections_.close(connection);
    case Connection::Phase::kHanging:
    case Connection::Phase::kLingering:
      return connections_.close(connection);
  }
  return true;
}

bool HttpServer::Reactor::resume(Worker& worker, Connection& connection) {
  worker.exchange = std::move(connection.exchange);
  connection.phase = Connection::Phase::kReading;
  const bool ours =
      settle(worker, connection, *worker.exchange, dispatch_.resume(*worker.exchange));
  worker.exchange->clear();
  return ours;
}

// Reads and answers requests until there is nothing more to be had without waiting.
bool HttpServer::Reactor::serve(Worker& worker, Connection& connection) {
  const std::string backlog = std::move(connection.backlog);
  connection.backlog.clear();
  std::string_view input = backlog;
  int answered = 0;
  while (connection.phase == Connection::Phase::kReading) {
    RequestFraming& framing = connection.partial ? *connection.partial : worker.framing;
    switch (framing.feed(input)) {
      case RequestFraming::Progress::kRefused:
        if (!refuse(worker, connection, framing)) return false;
        break;
      case RequestFraming::Progress::kComplete:
        if (!answer(worker, connection, framing)) return false;
        if (++answered == kRequestsAtOnce && !input.empty()) {
          connection.backlog = input;
          enqueue(connection.token());
          return false;
        }
        break;
      case RequestFraming::Progress::kNeedsMore:
        if (framing.take_continue())
          ::send(connection.fd, kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        switch (read_more(worker, connection, input)) {
          case Read::kBytes:
            break;
          case Read::kNothing:
            return park(worker, connection, framing);
          case Read::kClosed:
            worker.framing.clear();
            return connections_.close(connection);
        }
    }
  }
  connection.backlog = input;
  return true;
}

HttpServer::Reactor::Read HttpServer::Reactor::read_more(Worker& worker, Connection& connection,
                                                         std::string_view& input) {
  while (connection.unread || connection.peer_closed) {
    const ssize_t count = recv(connection.fd, worker.buffer.data(), worker.buffer.size(), 0);
    if (count > 0) {
      const auto bytes = static_cast<std::size_t>(count);
      add<std::uint64_t>(stats_.received_bytes, bytes);
      // A read that was not filled emptied the socket; what comes next is an event of its own.
      connection.unread = bytes == worker.buffer.size();
      input = std::string_view(worker.buffer).substr(0, bytes);
      return Read::kBytes;
    }
    if (count < 0 && errno == EINTR) continue;
    connection.unread = false;
    if (count < 0 && errno == EAGAIN) return Read::kNothing;
    return Read::kClosed;
  }
  return Read::kNothing;
}

// Until the next event. A request that has begun has to be whole by its deadline.
bool HttpServer::Reactor::park(Worker& worker, Connection& connection, RequestFraming& framing) {
  if (!framing.begun()) return true;
  if (&framing == &worker.framing) {
    connection.partial = std::make_unique<RequestFraming>(std::move(worker.framing));
    worker.framing = RequestFraming({options_.max_head_bytes, options_.max_body_bytes});
  }
  if (!connection.has_timer) connections_.set_timer(connection, options_.read_deadline);
  return true;
}

bool HttpServer::Reactor::answer(Worker& worker, Connection& connection, RequestFraming& framing) {
  add<std::uint64_t>(stats_.requests, 1);
  connections_.clear_timer(connection);
  Exchange& exchange = *worker.exchange;
  exchange.http = {};
  const bool keep_alive = framing.keep_alive() && !connections_.draining();
  const int status = library_.parse(framing, exchange.http);
  exchange.http.headers = framing.headers();
  exchange.http.body = framing.take_body();
  framing.clear();
  connection.partial.reset();
  const bool open = settle(
      worker, connection, exchange,
      status == 0 ? dispatch_.answer(exchange, keep_alive) : dispatch_.refuse(exchange, status));
  worker.exchange->clear();
  return open;
}

bool HttpServer::Reactor::refuse(Worker& worker, Connection& connection, RequestFraming& framing) {
  add<std::uint64_t>(stats_.requests, 1);
  connections_.clear_timer(connection);
  Exchange& exchange = *worker.exchange;
  exchange.http = {};
  exchange.http.headers = framing.headers();
  Response response = dispatch_.refuse(exchange, framing.refusal_status());
  framing.clear();
  connection.partial.reset();
  Outgoing outgoing =
      render(std::move(response), exchange.envelope, date(worker), options_.min_gzip_bytes);
  outgoing.linger = true;
  return sender_.begin(connection, std::move(outgoing));
}

bool HttpServer::Reactor::settle(Worker& worker, Connection& connection, Exchange& exchange,
                                 Response response) {
  if (response.deferred) return defer(worker, connection, std::move(*response.deferred));
  return sender_.begin(connection, render(std::move(response), exchange.envelope, date(worker),
                                          options_.min_gzip_bytes));
}

bool HttpServer::Reactor::defer(Worker& worker, Connection& connection,
                                Response::Deferred deferred) {
  worker.exchange->resume = std::move(deferred.resume);
  connection.exchange = std::move(worker.exchange);
  worker.exchange = std::make_unique<Exchange>();
  if (deferred.start) {
    connection.phase = Connection::Phase::kAwaiting;
    deferred.start([gate = gate_, token = connection.token()] { gate->wake(token); });
    return true;
  }
  connection.phase = Connection::Phase::kDeferred;
  if (connection.peer_closed) return connections_.close(connection);
  connections_.set_timer(connection, deferred.delay);
  return true;
}

bool HttpServer::Reactor::discard_input(Worker& worker, Connection& connection) {
  std::string_view ignored;
  while (true) {
    switch (read_more(worker, connection, ignored)) {
      case Read::kBytes:
        break;
      case Read::kNothing:
        return true;
      case Read::kClosed:
        return connections_.close(connection);
    }
  }
}

const std::string& HttpServer::Reactor::date(Worker& worker) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(options_.wire_time());
  if (worker.date.empty() || now != worker.date_second) {
    worker.date_second = now;
    worker.date = http_date(now);
  }
  return worker.date;
}

}  // namespace dynadeck
