#include "harness/upstream/attempt.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "harness/upstream/line.h"

namespace dynadeck {

UpstreamAttempt::Progress UpstreamAttempt::begin(UpstreamLine& line, const UpstreamHost& host,
                                                 Clock::MonotonicTime now) {
  began_ = now;
  address_ = host.first_to_try();
  return begin_any(line, host) ? Progress::kUnderWay : Progress::kFailed;
}

// Tries addresses, beginning with address_, until one can at least be begun.
bool UpstreamAttempt::begin_any(UpstreamLine& line, const UpstreamHost& host) {
  const auto& addresses = host.addresses();
  const UpstreamContext& context = host.context();
  for (;; ++tried_, ++address_) {
    address_ %= addresses.size();
    auto begun = UpstreamConnection::begin(addresses[address_], host.endpoint().host,
                                           host.endpoint().tls ? context.options.tls : nullptr);
    if (begun.ok()) {
      line.connection = std::move(begun).value();
      if (line.watch(true, EPOLL_CTL_ADD)) break;
      problem_ = "no more connections can be watched";
      return false;
    }
    problem_ = begun.error();
    if (tried_ >= addresses.size()) return false;
  }
  // What is left of the time is shared by the addresses that are left.
  const Clock::MonotonicTime now = context.clock.monotonic();
  const auto left = began_ + context.options.timeouts.connect - now;
  const auto shares = addresses.size() - std::min(tried_, addresses.size()) + 1;
  ends_ = now + left / static_cast<int>(shares);
  return true;
}

bool UpstreamAttempt::begin_next(UpstreamLine& line, const UpstreamHost& host) {
  ++tried_;
  ++address_;
  return tried_ <= host.addresses().size() && begin_any(line, host);
}

UpstreamAttempt::Progress UpstreamAttempt::go_on(UpstreamLine& line, const UpstreamHost& host) {
  using Step = UpstreamConnection::Step;
  const Step step = line.connection->establish();
  switch (step) {
    case Step::kWantsRead:
    case Step::kWantsWrite:
      line.set_wants_write(step == Step::kWantsWrite);
      return Progress::kUnderWay;
    case Step::kDone:
      return Progress::kConnected;
    case Step::kEnded:
    case Step::kFailed:
      break;
  }
  problem_ = line.connection->problem();
  if (line.connection->connected()) {
    kind_ = UpstreamFailure::Kind::kTls;
    return Progress::kFailed;
  }
  line.connection.reset();
  return begin_next(line, host) ? Progress::kUnderWay : Progress::kFailed;
}

UpstreamAttempt::Progress UpstreamAttempt::tick(UpstreamLine& line, const UpstreamHost& host,
                                                Clock::MonotonicTime now) {
  if (now <= ends_) return Progress::kUnderWay;
  const bool connected = line.connection != nullptr && line.connection->connected();
  std::string problem = std::string("no ") + (connected ? "TLS handshake" : "connection") +
                        " within " + in_milliseconds(host.context().options.timeouts.connect);
  line.connection.reset();
  if (!connected && begin_next(line, host)) return Progress::kUnderWay;
  // Also where the next address could not even be begun: the time is what has been lost.
  problem_ = std::move(problem);
  return Progress::kFailed;
}

}  // namespace dynadeck
