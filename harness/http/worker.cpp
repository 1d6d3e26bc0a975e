#include "harness/http/worker.h"

#include <sys/socket.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace dynadeck {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
// How many pipelined requests are answered before other connections have their turn.
constexpr int kRequestsAtOnce = 32;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {
  counter.fetch_add(amount, std::memory_order_relaxed);
}

}  // namespace

HttpWorker::HttpWorker(const Shared& shared)
    : shared_(shared),
      framing_({shared.options.max_head_bytes, shared.options.max_body_bytes}),
      exchange_(std::make_unique<Exchange>()),
      buffer_(kReadBytes, '\0') {}

void HttpWorker::run(Connection::Token token, std::uint32_t events) {
  Connection& connection = *shared_.connections.at(token);
  if (connection.acquire(Connection::generation_of(token), events)) go_on(connection);
}

void HttpWorker::go_on(Connection& connection) {
  do {
    if (!advance(connection, connection.take_events())) return;
  } while (!connection.release());
}

bool HttpWorker::advance(Connection& connection, std::uint32_t events) {
  const bool awaiting = connection.phase == Connection::Phase::kAwaiting;
  if ((events & kAbort) != 0) return shared_.connections.close(connection);
  if ((events & kBroken) != 0 && !awaiting) return shared_.connections.close(connection);
  if ((events & (kPeerClosed | kBroken)) != 0) connection.peer_closed = true;
  if ((events & kReadable) != 0) connection.unread = true;
  if ((events & kTimer) != 0 && connection.has_timer &&
      connection.deadline <= shared_.clock.monotonic()) {
    connection.has_timer = false;
    if (!advance_on_timer(connection)) return false;
  }
  if ((events & kWoken) != 0 && awaiting && !resume(connection)) return false;
  const bool idle = connection.phase == Connection::Phase::kReading &&
                    connection.partial == nullptr && connection.backlog.empty() &&
                    !connection.unread;
  if ((events & kDrain) != 0 && idle) return shared_.connections.close(connection);
  if (connection.phase == Connection::Phase::kSending && (events & kWritable) != 0 &&
      !shared_.sender.go_on(connection)) {
    return false;
  }
  if (connection.phase == Connection::Phase::kReading && !serve(connection)) return false;
  switch (connection.phase) {
    case Connection::Phase::kLingering:
      return discard_input(connection);
    case Connection::Phase::kDeferred:
      return connection.peer_closed ? shared_.connections.close(connection) : true;
    case Connection::Phase::kHanging:
      return connection.peer_closed || shared_.connections.draining()
                 ? shared_.connections.close(connection)
                 : true;
    default:
      return true;
  }
}

// The time has come that this connection's phase was waiting for.
bool HttpWorker::advance_on_timer(Connection& connection) {
  switch (connection.phase) {
    case Connection::Phase::kDeferred:
      return connection.peer_closed ? shared_.connections.close(connection) : resume(connection);
    case Connection::Phase::kAwaiting:
      return true;
    case Connection::Phase::kDelayed:
      return shared_.sender.go_on(connection);
    case Connection::Phase::kTrickling:
      return shared_.sender.next_piece(connection);
    case Connection::Phase::kReading:
    case Connection::Phase::kSending:
      add(shared_.stats.missed_deadlines, 1);
      return shared_.connections.close(connection);
    case Connection::Phase::kHanging:
    case Connection::Phase::kLingering:
      return shared_.connections.close(connection);
  }
  return true;
}

bool HttpWorker::resume(Connection& connection) {
  exchange_ = std::move(connection.exchange);
  connection.phase = Connection::Phase::kReading;
  const bool ours = settle(connection, *exchange_, shared_.dispatch.resume(*exchange_));
  exchange_->clear();
  return ours;
}

// Reads and answers requests until there is nothing more to be had without waiting.
bool HttpWorker::serve(Connection& connection) {
  const std::string backlog = std::move(connection.backlog);
  connection.backlog.clear();
  std::string_view input = backlog;
  int answered = 0;
  while (connection.phase == Connection::Phase::kReading) {
    RequestFraming& framing = connection.partial ? *connection.partial : framing_;
    switch (framing.feed(input)) {
      case RequestFraming::Progress::kRefused:
        if (!refuse(connection, framing)) return false;
        break;
      case RequestFraming::Progress::kComplete:
        if (!answer(connection, framing)) return false;
        if (++answered == kRequestsAtOnce && !input.empty()) {
          connection.backlog = input;
          shared_.enqueue(connection.token());
          return false;
        }
        break;
      case RequestFraming::Progress::kNeedsMore:
        if (framing.take_continue())
          ::send(connection.fd, kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        switch (read_more(connection, input)) {
          case Read::kBytes:
            break;
          case Read::kNothing:
            return park(connection, framing);
          case Read::kClosed:
            framing_.clear();
            return shared_.connections.close(connection);
        }
    }
  }
  connection.backlog = input;
  return true;
}

HttpWorker::Read HttpWorker::read_more(Connection& connection, std::string_view& input) {
  while (connection.unread || connection.peer_closed) {
    const ssize_t count = recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (count > 0) {
      const auto bytes = static_cast<std::size_t>(count);
      add(shared_.stats.received_bytes, bytes);
      // A read that was not filled emptied the socket; what comes next is an event of its own.
      connection.unread = bytes == buffer_.size();
      input = std::string_view(buffer_).substr(0, bytes);
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
bool HttpWorker::park(Connection& connection, RequestFraming& framing) {
  if (!framing.begun()) return true;
  if (&framing == &framing_) {
    connection.partial = std::make_unique<RequestFraming>(std::move(framing_));
    framing_ = RequestFraming({shared_.options.max_head_bytes, shared_.options.max_body_bytes});
  }
  if (!connection.has_timer)
    shared_.connections.set_timer(connection, shared_.options.read_deadline);
  return true;
}

bool HttpWorker::answer(Connection& connection, RequestFraming& framing) {
  add(shared_.stats.requests, 1);
  shared_.connections.clear_timer(connection);
  Exchange& exchange = *exchange_;
  exchange.http = {};
  const bool keep_alive = framing.keep_alive() && !shared_.connections.draining();
  const int status = shared_.library.parse(framing, exchange.http);
  exchange.http.headers = framing.headers();
  exchange.http.body = framing.take_body();
  framing.clear();
  connection.partial.reset();
  const bool open = settle(connection, exchange,
                           status == 0 ? shared_.dispatch.answer(exchange, keep_alive)
                                       : shared_.dispatch.refuse(exchange, status));
  exchange_->clear();
  return open;
}

bool HttpWorker::refuse(Connection& connection, RequestFraming& framing) {
  add(shared_.stats.requests, 1);
  shared_.connections.clear_timer(connection);
  Exchange& exchange = *exchange_;
  exchange.http = {};
  exchange.http.headers = framing.headers();
  Response response = shared_.dispatch.refuse(exchange, framing.refusal_status());
  framing.clear();
  connection.partial.reset();
  Outgoing outgoing =
      render(std::move(response), exchange.envelope, date(), shared_.options.min_gzip_bytes);
  outgoing.linger = true;
  return shared_.sender.begin(connection, std::move(outgoing));
}

bool HttpWorker::settle(Connection& connection, Exchange& exchange, Response response) {
  if (response.deferred) return defer(connection, std::move(*response.deferred));
  return shared_.sender.begin(connection, render(std::move(response), exchange.envelope, date(),
                                                 shared_.options.min_gzip_bytes));
}

bool HttpWorker::defer(Connection& connection, Response::Deferred deferred) {
  exchange_->resume = std::move(deferred.resume);
  connection.exchange = std::move(exchange_);
  exchange_ = std::make_unique<Exchange>();
  if (deferred.start) {
    connection.phase = Connection::Phase::kAwaiting;
    deferred.start(shared_.waker(connection.token()));
    return true;
  }
  connection.phase = Connection::Phase::kDeferred;
  if (connection.peer_closed) return shared_.connections.close(connection);
  shared_.connections.set_timer(connection, deferred.delay);
  return true;
}

bool HttpWorker::discard_input(Connection& connection) {
  std::string_view ignored;
  while (true) {
    switch (read_more(connection, ignored)) {
      case Read::kBytes:
        break;
      case Read::kNothing:
        return true;
      case Read::kClosed:
        return shared_.connections.close(connection);
    }
  }
}

const std::string& HttpWorker::date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(shared_.options.wire_time());
  if (date_.empty() || now != date_second_) {
    date_second_ = now;
    date_ = http_date(now);
  }
  return date_;
}

}  // namespace dynadeck
