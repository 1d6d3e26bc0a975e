#include "harness/upstream/pool.h"

#include <algorithm>
#include <utility>

namespace dynadeck {
namespace {

using std::chrono::milliseconds;

// After a failed attempt beside working connections.
constexpr milliseconds kAttemptPause{100};

}  // namespace

UpstreamPool::UpstreamPool(UpstreamEndpoint endpoint, UpstreamContext& context)
    : context_(context), host_(std::move(endpoint), context), queue_(context) {}

UpstreamPool::~UpstreamPool() { stop(); }

void UpstreamPool::submit(UpstreamCall call) {
  queue_.push(std::move(call));
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

void UpstreamPool::advance() {
  while (!queue_.empty()) {
    std::unique_lock<std::mutex> line_lock;
    std::shared_ptr<UpstreamLine> line;
    {
      const std::lock_guard idle_lock(context_.idle_mutex);
      line = take_idle(line_lock);
    }
    if (line == nullptr) break;
    assign(*line, queue_.pop());
    line_lock.unlock();
    look_after(*line);
  }
  const Clock::MonotonicTime now = context_.clock.monotonic();
  while (connecting_ < queue_.size() && lines_.size() < context_.options.max_connections &&
         now >= no_attempt_before_) {
    if (!host_.fresh(now)) return host_.begin_resolving(now);
    const std::size_t before = lines_.size();
    open_line(now);
    if (lines_.size() == before) return;
  }
}

void UpstreamPool::resolved(Addresses addresses) {
  const Clock::MonotonicTime now = context_.clock.monotonic();
  const Clock::MonotonicTime since = host_.resolving_since().value_or(now);
  host_.resolved(addresses, now);
  if (!addresses.ok()) {
    if (lines_.empty()) {
      queue_.fail_waiting(since, {Kind::kUnreachable, addresses.error(), true});
    } else {
      no_attempt_before_ = now + kAttemptPause;
    }
  }
  advance();
}

// ---- Connecting ----

void UpstreamPool::open_line(Clock::MonotonicTime now) {
  lines_.push_back(std::make_shared<UpstreamLine>(*this, context_.options.limits));
  UpstreamLine& line = *lines_.back();
  const std::lock_guard lock(line.mutex);
  ++connecting_;
  follow_attempt(line, line.attempt.begin(line, host_, now));
}

void UpstreamPool::follow_attempt(UpstreamLine& line, UpstreamAttempt::Progress progress) {
  switch (progress) {
    case UpstreamAttempt::Progress::kUnderWay:
      return;
    case UpstreamAttempt::Progress::kFailed:
      return attempt_failed(line);
    case UpstreamAttempt::Progress::kConnected:
      --connecting_;
      host_.prefer(line.attempt.address());
      line.state = State::kBusy;
      line.last_moved = context_.clock.monotonic();
      line.idle_limit = context_.options.timeouts.idle;
      line.settle_in();
      ++context_.stats.opened_connections;
      ++context_.stats.open_connections;
      return make_available(line);
  }
}

void UpstreamPool::attempt_failed(UpstreamLine& line) {
  const Clock::MonotonicTime began = line.attempt.began();
  const UpstreamFailure failure = line.attempt.failure();
  close(line);
  // The next attempt asks for the name again: the host may have moved.
  host_.doubt();
  if (lines_.size() > connecting_) {
    // Others work: who waits gets one of them.
    no_attempt_before_ = context_.clock.monotonic() + kAttemptPause;
    return;
  }
  // Whoever was waiting when this attempt began has waited for it.
  queue_.fail_waiting(began, failure);
}

// ---- One request on one connection ----

void UpstreamPool::make_available(UpstreamLine& line) {
  if (!queue_.empty()) return assign(line, queue_.pop());
  line.state = State::kIdle;
  const std::lock_guard lock(context_.idle_mutex);
  idle_.push_back(&line);
}

void UpstreamPool::assign(UpstreamLine& line, UpstreamCall call) {
  line.state = State::kBusy;
  if (!line.begin(std::move(call))) write_more(line);
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
  if (line.write_more()) return true;
  if (!line.reused) {
    fail(line, {Kind::kBroken, line.connection->problem(), true});
    return false;
  }
  ++context_.stats.replaced_connections;
  queue_.push_first(std::move(line.call));
  close(line);
  return false;
}

void UpstreamPool::read_more(UpstreamLine& line) {
  switch (line.read_more()) {
    case UpstreamLine::Received::kPart:
      return;
    case UpstreamLine::Received::kReply:
      return finish(line, true);
    case UpstreamLine::Received::kLastReply:
      return finish(line, false);
    case UpstreamLine::Received::kBad:
      return fail(line, {Kind::kBadReply, line.parser.problem(), false});
    case UpstreamLine::Received::kEnd: {
      const std::string& problem = line.connection->problem();
      return fail(line, {Kind::kBroken, problem.empty() ? line.parser.problem() : problem, false});
    }
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
  queue_.fail(std::move(call), std::move(failure));
}

// ---- Events and time ----

void UpstreamPool::on_ready(UpstreamLine& line) {
  {
    const std::lock_guard lock(line.mutex);
    switch (line.state) {
      case State::kConnecting:
        follow_attempt(line, line.attempt.go_on(line, host_));
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
  if (line.connection->read(context_.read_buffer, moved) == UpstreamConnection::Step::kWantsRead)
    return;
  close(line);
}

void UpstreamPool::tick(Clock::MonotonicTime now) {
  queue_.tick_postponed(now);
  tick_resolving(now);
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

void UpstreamPool::tick_resolving(Clock::MonotonicTime now) {
  const milliseconds limit = context_.options.timeouts.connect;
  if (!host_.resolving_since() || now - *host_.resolving_since() <= limit) return;
  const Clock::MonotonicTime since = host_.wait_anew(now);
  if (lines_.size() != connecting_) return;
  queue_.fail_waiting(since, {Kind::kUnreachable,
                              "its name was not resolved within " + in_milliseconds(limit), true});
}

void UpstreamPool::tick_waiting(Clock::MonotonicTime now) {
  if (!queue_.overdue(now)) return;
  const milliseconds total = context_.options.timeouts.total;
  const std::string reason = lines_.size() == connecting_
                                 ? "no connection within " + in_milliseconds(total)
                                 : "all " + std::to_string(lines_.size() - connecting_) +
                                       " connections were busy for " + in_milliseconds(total);
  queue_.fail_overdue(now, {Kind::kTimeout, reason, true});
}

void UpstreamPool::tick_line(UpstreamLine& line, Clock::MonotonicTime now) {
  const UpstreamTimeouts& timeouts = context_.options.timeouts;
  switch (line.state) {
    case State::kConnecting:
      return follow_attempt(line, line.attempt.tick(line, host_, now));
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
  queue_.stop(stopped);
  while (!lines_.empty()) {
    UpstreamLine& line = *lines_.back();
    const std::lock_guard lock(line.mutex);
    UpstreamCall call = std::exchange(line.call, {});
    close(line);
    if (call.done) queue_.fail(std::move(call), stopped);
  }
}

bool UpstreamPool::unused() const {
  return lines_.empty() && queue_.unused() && !host_.resolving_since();
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

}  // namespace dynadeck
