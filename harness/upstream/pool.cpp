#include "harness/upstream/pool.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

namespace dynadeck {
namespace {

using std::chrono::milliseconds;
using State = UpstreamLine::State;
using Task = UpstreamLine::Task;
using Step = UpstreamConnection::Step;

// How long a name's addresses are believed. The names of AWS's endpoints live for a few seconds.
constexpr std::chrono::seconds kAddressLife{10};
// After a failed attempt beside working connections.
constexpr milliseconds kAttemptPause{100};
constexpr milliseconds kFirstRetryPause{50};
constexpr milliseconds kLongestRetryPause{1'000};

std::string in_milliseconds(milliseconds time) { return std::to_string(time.count()) + " ms"; }

milliseconds retry_pause(unsigned retries) {
  constexpr unsigned kDoublings = 5;
  return std::min(kFirstRetryPause * (1U << std::min(retries, kDoublings)), kLongestRetryPause);
}

}  // namespace

UpstreamPool::UpstreamPool(UpstreamEndpoint endpoint, UpstreamContext& context)
    : endpoint_(std::move(endpoint)), context_(context) {
  if (Addresses addresses = parse_address(endpoint_); addresses.ok()) {
    addresses_ = std::move(addresses).value();
  }
}

UpstreamPool::~UpstreamPool() { stop(); }

void UpstreamPool::submit(UpstreamCall call) {
  waiting_.push_back(std::move(call));
  count_waiting(1);
  advance();
}

std::shared_ptr<UpstreamLine> UpstreamPool::take_idle(std::unique_lock<std::mutex>& lock) {
  // Somebody may have a line just now: to let it go in a moment, or to close it.
  for (std::size_t index = idle_.size(); index-- > 0;) {
    UpstreamLine& line = *idle_[index];
    lock = std::unique_lock(line.mutex, std::try_to_lock);
    if (!lock.owns_lock()) continue;
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(index));
    line.state = State::kBusy;
    return line.shared_from_this();
  }
  return nullptr;
}

UpstreamCall UpstreamPool::next_waiting() {
  UpstreamCall call = std::move(waiting_.front());
  waiting_.pop_front();
  count_waiting(-1);
  return call;
}

void UpstreamPool::advance() {
  while (!waiting_.empty()) {
    std::unique_lock<std::mutex> line_lock;
    std::shared_ptr<UpstreamLine> line;
    {
      const std::lock_guard idle_lock(context_.idle_mutex);
      line = take_idle(line_lock);
    }
    if (line == nullptr) break;
    assign(*line, next_waiting());
    line_lock.unlock();
    look_after(*line);
  }
  const Clock::MonotonicTime now = context_.clock.monotonic();
  while (connecting_ < waiting_.size() && lines_.size() < context_.options.max_connections &&
         now >= no_attempt_before_) {
    if (!addresses_fresh(now)) return begin_resolving(now);
    const std::size_t before = lines_.size();
    open_line(now);
    if (lines_.size() == before) return;
  }
}

// ---- Addresses ----

bool UpstreamPool::addresses_fresh(Clock::MonotonicTime now) const {
  // Without a date they were given as numbers.
  return !addresses_.empty() && (!resolved_at_ || now - *resolved_at_ < kAddressLife);
}

void UpstreamPool::begin_resolving(Clock::MonotonicTime now) {
  if (resolving_since_) return;
  resolving_since_ = now;
  resolve_in_background(endpoint_,
                        [inbox = context_.inbox, endpoint = endpoint_](Addresses addresses) {
                          inbox->post(ResolvedName{endpoint, std::move(addresses)});
                        });
}

void UpstreamPool::resolved(Addresses addresses) {
  const Clock::MonotonicTime now = context_.clock.monotonic();
  const Clock::MonotonicTime since = std::exchange(resolving_since_, {}).value_or(now);
  if (addresses.ok()) {
    addresses_ = std::move(addresses).value();
    preferred_address_ = 0;
    resolved_at_ = now;
  } else if (lines_.empty()) {
    fail_waiting(since, {Kind::kUnreachable, addresses.error(), true});
  } else {
    no_attempt_before_ = now + kAttemptPause;
  }
  advance();
}

// ---- Connecting ----

void UpstreamPool::open_line(Clock::MonotonicTime now) {
  lines_.push_back(std::make_shared<UpstreamLine>(*this, context_.options.limits));
  UpstreamLine& line = *lines_.back();
  const std::lock_guard lock(line.mutex);
  line.attempt_began = now;
  line.address = preferred_address_ % addresses_.size();
  ++connecting_;
  std::string problem;
  if (!begin_attempt(line, problem)) {
    attempt_failed(line, {Kind::kUnreachable, std::move(problem), true});
  }
}

bool UpstreamPool::begin_attempt(UpstreamLine& line, std::string& problem) {
  for (;; ++line.addresses_tried, ++line.address) {
    line.address %= addresses_.size();
    auto begun = UpstreamConnection::begin(addresses_[line.address], endpoint_.host,
                                           endpoint_.tls ? context_.options.tls : nullptr);
    if (begun.ok()) {
      line.connection = std::move(begun).value();
      if (watch(line, true, EPOLL_CTL_ADD)) break;
      problem = "no more connections can be watched";
      return false;
    }
    problem = begun.error();
    if (line.addresses_tried >= addresses_.size()) return false;
  }
  // What is left of the time is shared by the addresses that are left.
  const Clock::MonotonicTime now = context_.clock.monotonic();
  const auto left = line.attempt_began + context_.options.timeouts.connect - now;
  const auto shares = addresses_.size() - std::min(line.addresses_tried, addresses_.size()) + 1;
  line.attempt_ends = now + left / static_cast<int>(shares);
  return true;
}

void UpstreamPool::on_connecting(UpstreamLine& line) {
  const Step step = line.connection->establish();
  switch (step) {
    case Step::kWantsRead:
      return set_wants_write(line, false);
    case Step::kWantsWrite:
      return set_wants_write(line, true);
    case Step::kDone:
      --connecting_;
      preferred_address_ = line.address;
      line.state = State::kBusy;
      line.last_moved = context_.clock.monotonic();
      line.idle_limit = context_.options.timeouts.idle;
      settle_in(line);
      ++context_.stats.opened_connections;
      ++context_.stats.open_connections;
      return make_available(line);
    case Step::kEnded:
    case Step::kFailed:
      break;
  }
  if (line.connection->connected()) {
    return attempt_failed(line, {Kind::kTls, line.connection->problem(), true});
  }
  std::string problem = line.connection->problem();
  line.connection.reset();
  ++line.addresses_tried;
  ++line.address;
  if (line.addresses_tried <= addresses_.size() && begin_attempt(line, problem)) return;
  attempt_failed(line, {Kind::kUnreachable, std::move(problem), true});
}

// The connection stands. A server's workers can read it where nothing but bytes comes: TLS has
// things of its own to say and to write.
void UpstreamPool::settle_in(UpstreamLine& line) {
  std::shared_ptr<SocketWatch> watch;
  {
    const std::lock_guard lock(context_.watch_mutex);
    watch = context_.watch;
  }
  if (watch == nullptr || endpoint_.tls) return set_wants_write(line, false);
  const int descriptor = line.connection->descriptor();
  line.ticket = watch->add(descriptor, [line = line.shared_from_this()](bool hung_up) {
    line->events.fetch_or(UpstreamLine::kReadable | (hung_up ? UpstreamLine::kHungUp : 0));
    look_after(*line);
  });
  if (!line.ticket) return set_wants_write(line, false);
  line.wants_write = false;
  epoll_ctl(context_.epoll, EPOLL_CTL_DEL, descriptor, nullptr);
}

void UpstreamPool::attempt_failed(UpstreamLine& line, UpstreamFailure failure) {
  const Clock::MonotonicTime began = line.attempt_began;
  close(line);
  // The next attempt asks for the name again: the host may have moved.
  if (resolved_at_) addresses_.clear();
  if (lines_.size() > connecting_) {
    // Others work: who waits gets one of them.
    no_attempt_before_ = context_.clock.monotonic() + kAttemptPause;
    return;
  }
  // Whoever was waiting when this attempt began has waited for it.
  fail_waiting(began, failure);
}

void UpstreamPool::fail_waiting(Clock::MonotonicTime began_until, const UpstreamFailure& failure) {
  std::vector<UpstreamCall> failed;
  std::deque<UpstreamCall> others;
  for (UpstreamCall& call : waiting_) {
    if (call.began <= began_until) {
      failed.push_back(std::move(call));
    } else {
      others.push_back(std::move(call));
    }
  }
  waiting_.swap(others);
  count_waiting(-static_cast<std::ptrdiff_t>(failed.size()));
  for (UpstreamCall& call : failed) fail(std::move(call), failure);
}

// ---- One request on one connection ----

void UpstreamPool::make_available(UpstreamLine& line) {
  if (!waiting_.empty()) return assign(line, next_waiting());
  line.state = State::kIdle;
  const std::lock_guard lock(context_.idle_mutex);
  idle_.push_back(&line);
}

void UpstreamPool::assign(UpstreamLine& line, UpstreamCall call) {
  line.state = State::kBusy;
  if (!begin(line, std::move(call))) write_more(line);
}

bool UpstreamPool::begin(UpstreamLine& line, UpstreamCall call) {
  line.call = std::move(call);
  line.written_bytes = 0;
  line.write_failed = false;
  line.last_moved = context_.clock.monotonic();
  // What goes wrong goes wrong again in write_more, which knows what to do.
  (void)line.connection->write(line.call.request, line.written_bytes);
  context_.stats.sent_bytes += line.written_bytes;
  return line.written_bytes == line.call.request.size();
}

void UpstreamPool::go_on(UpstreamLine& line) {
  {
    const std::lock_guard lock(line.mutex);
    if (line.state == State::kBusy) carry_out(line, std::exchange(line.task, Task::kNone));
  }
  look_after(line);
  advance();
}

void UpstreamPool::carry_out(UpstreamLine& line, Task task) {
  switch (task) {
    case Task::kNone:
      write_more(line);
      return;
    case Task::kGoOn:
      return on_busy(line);
    case Task::kFinish:
      return finish(line, false);
    case Task::kRefuse:
      return fail(line, {Kind::kBadReply, line.parser.problem(), false});
    case Task::kPassOn:
      return make_available(line);
    case Task::kDiscard:
      return close(line);
  }
}

bool UpstreamPool::write_more(UpstreamLine& line) {
  while (line.written_bytes < line.call.request.size() && !line.write_failed) {
    std::size_t moved = 0;
    const Step step = line.connection->write(
        std::string_view(line.call.request).substr(line.written_bytes), moved);
    if (step == Step::kWantsRead || step == Step::kWantsWrite) {
      set_wants_write(line, step == Step::kWantsWrite);
      return true;
    }
    if (step == Step::kDone) {
      line.written_bytes += moved;
      line.last_moved = context_.clock.monotonic();
      context_.stats.sent_bytes += moved;
      continue;
    }
    // TLS may have sent part of a record without saying so.
    const bool never_left = line.written_bytes == 0 && !endpoint_.tls;
    if (never_left && line.reused) {
      ++context_.stats.replaced_connections;
      waiting_.push_front(std::move(line.call));
      count_waiting(1);
      close(line);
      return false;
    }
    if (never_left) {
      fail(line, {Kind::kBroken, line.connection->problem(), true});
      return false;
    }
    line.write_failed = true;
  }
  set_wants_write(line, false);
  return true;
}

bool UpstreamPool::read_more(UpstreamLine& line) {
  std::vector<char>& buffer = context_.read_buffer;
  while (true) {
    std::size_t moved = 0;
    const Step step = line.connection->read(buffer, moved);
    if (step == Step::kWantsRead || step == Step::kWantsWrite) return true;
    if (step != Step::kDone) {
      if (line.parser.end() == ReplyParser::Progress::kComplete) {
        finish(line, false);
      } else {
        const std::string& problem = line.connection->problem();
        fail(line, {Kind::kBroken, problem.empty() ? line.parser.problem() : problem, false});
      }
      return false;
    }
    line.last_moved = context_.clock.monotonic();
    context_.stats.received_bytes += moved;
    std::string_view bytes(buffer.data(), moved);
    switch (line.parser.feed(bytes)) {
      case ReplyParser::Progress::kComplete:
        // Bytes that nobody asked for would be the next client's answer.
        finish(line, bytes.empty() && line.written_bytes == line.call.request.size());
        return false;
      case ReplyParser::Progress::kBad:
        fail(line, {Kind::kBadReply, line.parser.problem(), false});
        return false;
      case ReplyParser::Progress::kNeedsMore:
        break;
    }
    // With a ticket nobody tells us again of what we leave.
    if (moved < buffer.size() && !endpoint_.tls && !line.ticket) return true;
  }
}

void UpstreamPool::on_busy(UpstreamLine& line) {
  if (line.written_bytes < line.call.request.size() && !write_more(line)) return;
  read_more(line);
}

void UpstreamPool::finish(UpstreamLine& line, bool reusable) {
  UpstreamCompletion completion = complete(line);
  if (reusable && line.keep_alive) {
    make_available(line);
  } else {
    close(line);
  }
  context_.completions.push_back(std::move(completion));
}

void UpstreamPool::fail(UpstreamLine& line, UpstreamFailure failure) {
  UpstreamCall call = std::exchange(line.call, {});
  close(line);
  fail(std::move(call), std::move(failure));
}

void UpstreamPool::fail(UpstreamCall call, UpstreamFailure failure) {
  const bool again =
      failure.never_left && (failure.kind == Kind::kUnreachable || failure.kind == Kind::kBroken);
  const Clock::MonotonicTime now = context_.clock.monotonic();
  if (again && call.retries < context_.options.retries &&
      now - call.began < context_.options.timeouts.total) {
    ++context_.stats.retries;
    const Clock::MonotonicTime due = now + retry_pause(call.retries++);
    postponed_.push_back({due, std::move(call), std::move(failure)});
    return;
  }
  --context_.stats.requests_under_way;
  context_.completions.push_back({std::move(call.done), std::move(failure)});
}

// ---- Events and time ----

void UpstreamPool::on_ready(UpstreamLine& line) {
  {
    const std::lock_guard lock(line.mutex);
    switch (line.state) {
      case State::kConnecting:
        on_connecting(line);
        break;
      case State::kIdle:
        on_idle(line);
        break;
      case State::kBusy:
        on_busy(line);
        break;
      case State::kClosed:
        break;
    }
  }
  look_after(line);
  advance();
}

void UpstreamPool::on_idle(UpstreamLine& line) {
  std::size_t moved = 0;
  // TLS has things to say that are no answer (new session tickets); anything else ends it.
  if (line.connection->read(context_.read_buffer, moved) == Step::kWantsRead) return;
  close(line);
}

void UpstreamPool::tick(Clock::MonotonicTime now) {
  tick_postponed(now);
  if (resolving_since_ && now - *resolving_since_ > context_.options.timeouts.connect) {
    // The look-up goes on; it may help those who come later.
    const Clock::MonotonicTime since = std::exchange(*resolving_since_, now);
    if (lines_.size() == connecting_) {
      fail_waiting(since, {Kind::kUnreachable,
                           "its name was not resolved within " +
                               in_milliseconds(context_.options.timeouts.connect),
                           true});
    }
  }
  tick_waiting(now);
  // Backwards: a line that ends is replaced by the last one.
  for (std::size_t index = lines_.size(); index-- > 0;) {
    if (index >= lines_.size()) continue;
    const std::shared_ptr<UpstreamLine> line = lines_[index];
    {
      const std::lock_guard lock(line->mutex);
      tick_line(*line, now);
    }
    look_after(*line);
  }
  advance();
}

void UpstreamPool::tick_postponed(Clock::MonotonicTime now) {
  std::vector<Postponed> postponed;
  postponed.swap(postponed_);
  for (Postponed& each : postponed) {
    if (now - each.call.began > context_.options.timeouts.total) {
      fail(std::move(each.call), std::move(each.failure));
    } else if (now < each.due) {
      postponed_.push_back(std::move(each));
    } else {
      // A new attempt is what it waits for, not one that is already failing.
      waiting_.push_back(std::move(each.call));
      count_waiting(1);
    }
  }
}

void UpstreamPool::tick_waiting(Clock::MonotonicTime now) {
  const milliseconds total = context_.options.timeouts.total;
  const bool any = std::any_of(waiting_.begin(), waiting_.end(),
                               [&](const UpstreamCall& call) { return now - call.began > total; });
  if (!any) return;
  const std::string reason = lines_.size() == connecting_
                                 ? "no connection within " + in_milliseconds(total)
                                 : "all " + std::to_string(lines_.size() - connecting_) +
                                       " connections were busy for " + in_milliseconds(total);
  fail_waiting(now - total - std::chrono::nanoseconds(1), {Kind::kTimeout, reason, true});
}

void UpstreamPool::tick_line(UpstreamLine& line, Clock::MonotonicTime now) {
  const UpstreamTimeouts& timeouts = context_.options.timeouts;
  switch (line.state) {
    case State::kConnecting: {
      if (now <= line.attempt_ends) return;
      const bool connected = line.connection != nullptr && line.connection->connected();
      std::string problem = std::string("no ") + (connected ? "TLS handshake" : "connection") +
                            " within " + in_milliseconds(timeouts.connect);
      line.connection.reset();
      ++line.addresses_tried;
      ++line.address;
      std::string ignored;
      if (!connected && line.addresses_tried <= addresses_.size() && begin_attempt(line, ignored)) {
        return;
      }
      return attempt_failed(line, {Kind::kUnreachable, std::move(problem), true});
    }
    case State::kBusy:
      // The reply is here; what is left to do is in the mail.
      if (line.task != Task::kNone && line.task != Task::kGoOn) return;
      if (now - line.last_moved > timeouts.response) {
        return fail(line, {Kind::kTimeout, "no answer within " + in_milliseconds(timeouts.response),
                           false});
      }
      if (now - line.call.began > timeouts.total) {
        return fail(line, {Kind::kTimeout,
                           "no whole answer within " + in_milliseconds(timeouts.total), false});
      }
      return;
    case State::kIdle:
      if (now - line.last_moved >= line.idle_limit) close(line);
      return;
    case State::kClosed:
      return;
  }
}

void UpstreamPool::stop() {
  const UpstreamFailure stopped{Kind::kStopped, "dynadeck is stopping", false};
  std::vector<UpstreamCall> calls;
  for (UpstreamCall& call : waiting_) calls.push_back(std::move(call));
  count_waiting(-static_cast<std::ptrdiff_t>(waiting_.size()));
  waiting_.clear();
  for (Postponed& postponed : postponed_) calls.push_back(std::move(postponed.call));
  postponed_.clear();
  while (!lines_.empty()) {
    UpstreamLine& line = *lines_.back();
    const std::lock_guard lock(line.mutex);
    if (line.call.done) calls.push_back(std::exchange(line.call, {}));
    close(line);
  }
  for (UpstreamCall& call : calls) fail(std::move(call), stopped);
}

bool UpstreamPool::unused() const {
  return lines_.empty() && waiting_.empty() && postponed_.empty() && !resolving_since_;
}

// ---- Bookkeeping ----

bool UpstreamPool::watch(UpstreamLine& line, bool wants_write, int operation) {
  epoll_event event{};
  event.events = (line.ticket ? 0U : EPOLLIN) | (wants_write ? EPOLLOUT : 0U);
  event.data.ptr = &line;
  line.wants_write = wants_write;
  return epoll_ctl(context_.epoll, operation, line.connection->descriptor(), &event) == 0;
}

void UpstreamPool::set_wants_write(UpstreamLine& line, bool wants_write) {
  if (line.wants_write == wants_write) return;
  // With a ticket it is only in our epoll while there is something to be written.
  if (!line.ticket) {
    watch(line, wants_write, EPOLL_CTL_MOD);
  } else {
    watch(line, wants_write, wants_write ? EPOLL_CTL_ADD : EPOLL_CTL_DEL);
  }
}

void UpstreamPool::close(UpstreamLine& line) {
  if (line.state == State::kConnecting) {
    --connecting_;
  } else {
    --context_.stats.open_connections;
  }
  if (line.state == State::kIdle) {
    const std::lock_guard lock(context_.idle_mutex);
    idle_.erase(std::find(idle_.begin(), idle_.end(), &line));
  }
  line.state = State::kClosed;
  line.task = Task::kNone;
  if (line.ticket) {
    const std::lock_guard lock(context_.watch_mutex);
    context_.watch->remove(*line.ticket);
  }
  line.connection.reset();  // which also takes it out of epoll
  const auto owned = std::find_if(lines_.begin(), lines_.end(),
                                  [&](const auto& each) { return each.get() == &line; });
  std::swap(*owned, lines_.back());
  context_.closed_lines.push_back(std::move(lines_.back()));
  lines_.pop_back();
}

void UpstreamPool::count_waiting(std::ptrdiff_t change) {
  context_.stats.waiting_requests += change;
}

}  // namespace dynadeck
