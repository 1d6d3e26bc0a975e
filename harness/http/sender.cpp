#include "harness/http/sender.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

namespace dynadeck {
namespace {

using std::chrono::nanoseconds;

constexpr auto kLingerTime = std::chrono::seconds(5);

}  // namespace

bool AnswerSender::begin(Connection& connection, Outgoing outgoing) const {
  const Delivery& delivery = outgoing.delivery;
  if (delivery.trickle) {
    outgoing.allowed =
        std::min(outgoing.limit, outgoing.head.size() + delivery.trickle->chunk_bytes);
  }
  if (delivery.delay > nanoseconds::zero()) {
    const nanoseconds delay = delivery.delay;
    connection.outgoing = std::make_unique<Outgoing>(std::move(outgoing));
    connection.phase = Connection::Phase::kDelayed;
    connections_.set_timer(connection, delay);
    return true;
  }
  if (!delivery.trickle && send_allowed(connection, outgoing) == Sent::kAll) {
    return finish(connection, outgoing);
  }
  connection.outgoing = std::make_unique<Outgoing>(std::move(outgoing));
  return go_on(connection);
}

bool AnswerSender::go_on(Connection& connection) const {
  Outgoing& outgoing = *connection.outgoing;
  switch (send_allowed(connection, outgoing)) {
    case Sent::kFailed:
      return connections_.close(connection);
    case Sent::kBlocked:
      return wait_for_output(connection);
    case Sent::kAll:
      break;
  }
  if (outgoing.allowed < outgoing.limit) {
    connection.phase = Connection::Phase::kTrickling;
    connections_.set_timer(connection, outgoing.delivery.trickle->interval);
    return true;
  }
  const std::unique_ptr<Outgoing> done = std::move(connection.outgoing);
  return finish(connection, *done);
}

bool AnswerSender::next_piece(Connection& connection) const {
  Outgoing& outgoing = *connection.outgoing;
  outgoing.allowed =
      std::min(outgoing.limit, outgoing.allowed + outgoing.delivery.trickle->chunk_bytes);
  return go_on(connection);
}

AnswerSender::Sent AnswerSender::send_allowed(Connection& connection, Outgoing& outgoing) const {
  while (outgoing.sent < outgoing.allowed) {
    const std::size_t head_sent = std::min(outgoing.sent, outgoing.head.size());
    const std::size_t body_sent = outgoing.sent - head_sent;
    const std::size_t head_end = std::min(outgoing.allowed, outgoing.head.size());
    std::array<iovec, 2> parts{
        iovec{outgoing.head.data() + head_sent, head_end - head_sent},
        iovec{outgoing.body.data() + body_sent, outgoing.allowed - head_end - body_sent}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t count = sendmsg(connection.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      outgoing.sent += static_cast<std::size_t>(count);
      stats_.sent_bytes.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
    } else if (errno == EAGAIN) {
      return Sent::kBlocked;
    } else if (errno != EINTR) {
      return Sent::kFailed;
    }
  }
  return Sent::kAll;
}

// Each time the client has read something, it has the whole deadline again.
bool AnswerSender::wait_for_output(Connection& connection) const {
  connection.phase = Connection::Phase::kSending;
  connections_.set_timer(connection, write_deadline_);
  connections_.watch_output(connection);
  return true;
}

// Everything was sent that is to be sent.
bool AnswerSender::finish(Connection& connection, const Outgoing& outgoing) const {
  connections_.clear_timer(connection);
  connection.phase = Connection::Phase::kReading;
  switch (outgoing.delivery.end) {
    case Delivery::End::kReset:
      return connections_.close(connection, true);
    case Delivery::End::kHang:
      connection.phase = Connection::Phase::kHanging;
      return connection.peer_closed ? connections_.close(connection) : true;
    case Delivery::End::kClose:
      return linger(connection);
    case Delivery::End::kKeepAlive:
      break;
  }
  // After half an answer nothing else can follow.
  const bool draining = connections_.draining();
  if (outgoing.keep_alive && !outgoing.cut() && !draining) return true;
  return outgoing.linger || connection.unread ? linger(connection) : connections_.close(connection);
}

// Closing with unread bytes would be a reset, and could cost the client the answer.
bool AnswerSender::linger(Connection& connection) const {
  ::shutdown(connection.fd, SHUT_WR);
  connection.phase = Connection::Phase::kLingering;
  connections_.set_timer(connection, kLingerTime);
  return true;
}

}  // namespace dynadeck
