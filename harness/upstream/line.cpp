// A line by itself, and what a server's workers do to it. They finish what is ordinary, a whole
// reply on a connection that stays open, and leave a task for the client's thread in any other
// case.
#include "harness/upstream/line.h"

#include <sys/epoll.h>

#include <algorithm>

#include "harness/upstream/pool.h"

namespace dynadeck {
namespace {

using Step = UpstreamConnection::Step;

constexpr std::size_t kReadBufferBytes = std::size_t{64} * 1024;

}  // namespace

bool UpstreamLine::watch(bool wants_write_now, int operation) {
  epoll_event event{};
  event.events = (ticket ? 0U : EPOLLIN) | (wants_write_now ? EPOLLOUT : 0U);
  event.data.ptr = this;
  wants_write = wants_write_now;
  return epoll_ctl(pool->context().epoll, operation, connection->descriptor(), &event) == 0;
}

void UpstreamLine::set_wants_write(bool wants_write_now) {
  if (wants_write == wants_write_now) return;
  // With a ticket it is only in our epoll while there is something to be written.
  if (!ticket) {
    watch(wants_write_now, EPOLL_CTL_MOD);
  } else {
    watch(wants_write_now, wants_write_now ? EPOLL_CTL_ADD : EPOLL_CTL_DEL);
  }
}

// A server's workers can read it where nothing but bytes comes: TLS has things of its own to say
// and to write.
void UpstreamLine::settle_in() {
  UpstreamContext& context = pool->context();
  std::shared_ptr<SocketWatch> workers;
  {
    const std::lock_guard lock(context.watch_mutex);
    workers = context.watch;
  }
  if (workers == nullptr || pool->endpoint().tls) return set_wants_write(false);
  const int descriptor = connection->descriptor();
  ticket = workers->add(descriptor, [line = shared_from_this()](bool hung_up) {
    line->events.fetch_or(kReadable | (hung_up ? kHungUp : 0));
    look_after(*line);
  });
  if (!ticket) return set_wants_write(false);
  wants_write = false;
  epoll_ctl(context.epoll, EPOLL_CTL_DEL, descriptor, nullptr);
}

bool UpstreamLine::begin(UpstreamCall next) {
  UpstreamContext& context = pool->context();
  call = std::move(next);
  written_bytes = 0;
  write_failed = false;
  last_moved = context.clock.monotonic();
  // What goes wrong goes wrong again in write_more, which knows what to do.
  (void)connection->write(call.request, written_bytes);
  context.stats.sent_bytes += written_bytes;
  return written_bytes == call.request.size();
}

bool UpstreamLine::write_more() {
  UpstreamContext& context = pool->context();
  while (written_bytes < call.request.size() && !write_failed) {
    std::size_t moved = 0;
    const Step step =
        connection->write(std::string_view(call.request).substr(written_bytes), moved);
    if (step == Step::kWantsRead || step == Step::kWantsWrite) {
      set_wants_write(step == Step::kWantsWrite);
      return true;
    }
    if (step == Step::kDone) {
      written_bytes += moved;
      last_moved = context.clock.monotonic();
      context.stats.sent_bytes += moved;
      continue;
    }
    // TLS may have sent part of a record without saying so.
    if (written_bytes == 0 && !pool->endpoint().tls) return false;
    write_failed = true;
  }
  set_wants_write(false);
  return true;
}

UpstreamLine::Received UpstreamLine::read_more() {
  UpstreamContext& context = pool->context();
  std::vector<char>& buffer = context.read_buffer;
  while (true) {
    std::size_t moved = 0;
    const Step step = connection->read(buffer, moved);
    if (step == Step::kWantsRead || step == Step::kWantsWrite) return Received::kPart;
    if (step != Step::kDone) {
      const bool whole = parser.end() == ReplyParser::Progress::kComplete;
      return whole ? Received::kLastReply : Received::kEnd;
    }
    last_moved = context.clock.monotonic();
    context.stats.received_bytes += moved;
    std::string_view bytes(buffer.data(), moved);
    switch (parser.feed(bytes)) {
      case ReplyParser::Progress::kComplete: {
        // Bytes that nobody asked for would be the next client's answer.
        const bool clean = bytes.empty() && written_bytes == call.request.size();
        return clean ? Received::kReply : Received::kLastReply;
      }
      case ReplyParser::Progress::kBad:
        return Received::kBad;
      case ReplyParser::Progress::kNeedsMore:
        break;
    }
    // With a ticket nobody tells us again of what we leave.
    if (moved < buffer.size() && !pool->endpoint().tls && !ticket) return Received::kPart;
  }
}

std::string in_milliseconds(std::chrono::milliseconds time) {
  return std::to_string(time.count()) + " ms";
}

void look_after(UpstreamLine& line) {
  // Not a plain load: that could be done before the mutex is seen to be free by others.
  while (line.events.fetch_or(0) != 0) {
    std::optional<UpstreamCompletion> completion;
    UpstreamContext* context = nullptr;
    bool idle = false;
    {
      const std::unique_lock lock(line.mutex, std::try_to_lock);
      if (!lock.owns_lock()) return;
      const std::uint32_t events = line.events.exchange(0);
      if (events == 0 || line.state == UpstreamLine::State::kClosed) return;
      context = &line.pool->context();
      completion = line.pool->take_in(line, (events & UpstreamLine::kHungUp) != 0);
      idle = line.state == UpstreamLine::State::kIdle;
    }
    // Who has begun to wait just now did not get this line, because we had it.
    if (idle && context->stats.waiting_requests > 0) context->inbox->post(line.shared_from_this());
    if (completion) completion->done(std::move(completion->result));
  }
}

std::optional<UpstreamCompletion> UpstreamPool::take_in(UpstreamLine& line, bool hung_up) {
  if (line.task != Task::kNone) return std::nullopt;  // the client's thread will read it
  if (line.state == State::kIdle) return take_unasked(line, hung_up);
  if (line.state != State::kBusy) return std::nullopt;
  if (line.written_bytes < line.call.request.size()) return leave(line, Task::kGoOn);

  thread_local std::vector<char> buffer(kReadBufferBytes);
  while (true) {
    std::size_t moved = 0;
    const Step step = line.connection->read(buffer, moved);
    if (step == Step::kWantsRead) return std::nullopt;
    if (step != Step::kDone) return leave(line, Task::kGoOn);
    line.last_moved = context_.clock.monotonic();
    context_.stats.received_bytes += moved;
    std::string_view bytes(buffer.data(), moved);
    switch (line.parser.feed(bytes)) {
      case ReplyParser::Progress::kComplete:
        if (!bytes.empty() || hung_up) return leave(line, Task::kFinish);
        return pass_on(line);
      case ReplyParser::Progress::kBad:
        return leave(line, Task::kRefuse);
      case ReplyParser::Progress::kNeedsMore:
        break;
    }
    // A read that was not filled emptied the socket; what comes next is an event of its own.
    if (moved < buffer.size() && !hung_up) return std::nullopt;
  }
}

// Bytes that nobody asked for, or the end of an idle connection: it is not to be used again.
std::optional<UpstreamCompletion> UpstreamPool::take_unasked(UpstreamLine& line, bool hung_up) {
  std::size_t moved = 0;
  char byte = 0;
  const bool nothing = line.connection->read({&byte, 1}, moved) == Step::kWantsRead;
  if (nothing && !hung_up) return std::nullopt;  // an event for what was read already
  {
    const std::lock_guard lock(context_.idle_mutex);
    idle_.erase(std::find(idle_.begin(), idle_.end(), &line));
  }
  line.state = State::kBusy;
  return leave(line, Task::kDiscard);
}

std::optional<UpstreamCompletion> UpstreamPool::leave(UpstreamLine& line, Task task) {
  line.task = task;
  context_.inbox->post(line.shared_from_this());
  return std::nullopt;
}

std::optional<UpstreamCompletion> UpstreamPool::pass_on(UpstreamLine& line) {
  UpstreamCompletion completion = complete(line);
  if (!line.keep_alive) {
    leave(line, Task::kDiscard);
  } else if (context_.stats.waiting_requests > 0) {
    leave(line, Task::kPassOn);
  } else {
    line.state = State::kIdle;
    const std::lock_guard lock(context_.idle_mutex);
    idle_.push_back(&line);
  }
  return completion;
}

UpstreamCompletion UpstreamPool::complete(UpstreamLine& line) {
  UpstreamReply reply = line.parser.take();
  UpstreamCall call = std::exchange(line.call, {});
  line.reused = true;
  line.keep_alive = reply.keep_alive;
  line.idle_limit = context_.options.timeouts.idle;
  if (reply.keep_alive_timeout) {
    // A second early, so that the upstream's goodbye and our next request do not cross.
    constexpr std::chrono::seconds kMargin{1};
    line.idle_limit = std::min<std::chrono::milliseconds>(
        line.idle_limit, std::max(*reply.keep_alive_timeout - kMargin, std::chrono::seconds{0}));
  }
  ++context_.stats.replies;
  if (reply.status >= 400) ++context_.stats.error_replies;
  const auto took = context_.clock.monotonic() - call.began;
  context_.stats.reply_microseconds += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  --context_.stats.requests_under_way;
  return {std::move(call.done), std::move(reply)};
}

}  // namespace dynadeck
