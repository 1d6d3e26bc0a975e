#include "harness/upstream/client.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <thread>

#include "harness/upstream/inbox.h"
#include "harness/upstream/pool.h"

namespace dynadeck {
namespace {

using std::chrono::milliseconds;

// Timeouts are exact to this much.
constexpr milliseconds kTick{10};
// How soon it is noticed that there are timeouts to watch.
constexpr milliseconds kIdleTick{50};
constexpr std::size_t kResponseBufferBytes = std::size_t{64} * 1024;
// Hosts in use at a time: a client chooses one by the region it signs for.
constexpr std::size_t kMaxHosts = 200;

}  // namespace

// The client's thread. All but the inbox belongs to it alone.
class UpstreamClient::Loop {
 public:
  Loop(Options options, const Clock& clock, UpstreamStats& stats)
      : inbox_(std::make_shared<UpstreamInbox>()),
        context_{std::move(options),
                 clock,
                 stats,
                 epoll_create1(EPOLL_CLOEXEC),
                 inbox_,
                 std::vector<char>(kResponseBufferBytes),
                 {}} {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.ptr = nullptr;
    epoll_ctl(context_.epoll, EPOLL_CTL_ADD, inbox_->descriptor(), &event);
    thread_ = std::thread([this] { run(); });
  }

  ~Loop() {
    inbox_->stop();
    thread_.join();
    close(context_.epoll);
  }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Threads: any.
  void send(UpstreamCall call);
  void read_at(std::shared_ptr<SocketWatch> watch) {
    const std::lock_guard lock(context_.watch_mutex);
    context_.watch = std::move(watch);
  }

 private:
  void run();
  void wait_and_handle();
  void take_mail();
  void start(UpstreamCall call);
  void tick();
  // Tells those whose requests have ended; they may send the next one.
  void tell();
  UpstreamPool* pool_for(const UpstreamEndpoint& endpoint);

  const std::shared_ptr<UpstreamInbox> inbox_;
  UpstreamContext context_;
  // Changed by the thread, under the context's idle mutex; found by any, under it too.
  std::map<UpstreamEndpoint, std::unique_ptr<UpstreamPool>> pools_;
  UpstreamInbox::Mail mail_;
  milliseconds tick_after_{0};  // zero: nothing has to be looked at
  Clock::MonotonicTime last_tick_;
  std::thread thread_;
};

void UpstreamClient::Loop::send(UpstreamCall call) {
  call.began = context_.clock.monotonic();
  ++context_.stats.requests;
  ++context_.stats.requests_under_way;
  // OpenSSL could raise SIGPIPE on this thread, which may not have blocked it.
  if (call.endpoint.tls) return inbox_->post(std::move(call));
  std::unique_lock<std::mutex> line_lock;
  std::shared_ptr<UpstreamLine> line;
  {
    const std::lock_guard lock(context_.idle_mutex);
    const auto found = pools_.find(call.endpoint);
    // Those who wait come first.
    if (found != pools_.end() && context_.stats.waiting_requests == 0) {
      line = found->second->take_idle(line_lock);
    }
  }
  if (line == nullptr) return inbox_->post(std::move(call));
  if (!line->begin(std::move(call))) inbox_->post(line);
  line_lock.unlock();
  look_after(*line);
}

void UpstreamClient::Loop::run() {
  pthread_setname_np(pthread_self(), "upstream");
  // OpenSSL writes to sockets without MSG_NOSIGNAL.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  while (!mail_.stop) {
    wait_and_handle();
    take_mail();
    tick();
    context_.closed_lines.clear();
  }
  for (const auto& [endpoint, pool] : pools_) pool->stop();
  tell();
  context_.closed_lines.clear();
}

void UpstreamClient::Loop::tell() {
  // Nothing new comes in meanwhile: this thread alone adds to it, and only from its own steps.
  for (UpstreamCompletion& completion : context_.completions) {
    completion.done(std::move(completion.result));
  }
  context_.completions.clear();
}

void UpstreamClient::Loop::wait_and_handle() {
  std::array<epoll_event, 128> events;
  int timeout = 0;
  if (inbox_->may_sleep()) {
    timeout = tick_after_.count() == 0 ? -1 : static_cast<int>(tick_after_.count());
  }
  const int count =
      epoll_wait(context_.epoll, events.data(), static_cast<int>(events.size()), timeout);
  for (int index = 0; index < count; ++index) {
    auto* const line = static_cast<UpstreamLine*>(events[static_cast<std::size_t>(index)].data.ptr);
    if (line == nullptr) continue;
    line->pool->on_ready(*line);
    tell();
  }
}

void UpstreamClient::Loop::take_mail() {
  inbox_->take(mail_);
  for (ResolvedName& name : mail_.names) {
    const auto found = pools_.find(name.endpoint);
    if (found != pools_.end()) found->second->resolved(std::move(name.addresses));
  }
  for (const auto& line : mail_.lines) {
    if (line->is_open()) line->pool->go_on(*line);  // of a closed one the pool may be gone
  }
  for (UpstreamCall& call : mail_.calls) start(std::move(call));
  tell();
  mail_.lines.clear();
  mail_.names.clear();
  mail_.calls.clear();
}

void UpstreamClient::Loop::start(UpstreamCall call) {
  UpstreamPool* const pool = pool_for(call.endpoint);
  if (pool != nullptr) return pool->submit(std::move(call));
  --context_.stats.requests_under_way;
  call.done(UpstreamFailure{UpstreamFailure::Kind::kUnreachable,
                            "requests to too many hosts are under way", true});
}

UpstreamPool* UpstreamClient::Loop::pool_for(const UpstreamEndpoint& endpoint) {
  const auto found = pools_.find(endpoint);
  if (found != pools_.end()) return found->second.get();
  if (pools_.size() >= kMaxHosts) return nullptr;
  const std::lock_guard lock(context_.idle_mutex);
  return pools_.emplace(endpoint, std::make_unique<UpstreamPool>(endpoint, context_))
      .first->second.get();
}

void UpstreamClient::Loop::tick() {
  const Clock::MonotonicTime now = context_.clock.monotonic();
  // Without pools the thread sleeps until it gets mail.
  tick_after_ = context_.stats.requests_under_way > 0 ? kTick
                : pools_.empty()                      ? milliseconds{0}
                                                      : kIdleTick;
  if (now - last_tick_ < kTick) return;
  last_tick_ = now;
  for (auto entry = pools_.begin(); entry != pools_.end();) {
    entry->second->tick(now);
    if (!entry->second->unused()) {
      ++entry;
      continue;
    }
    const std::lock_guard lock(context_.idle_mutex);
    entry = pools_.erase(entry);
  }
  tell();
}

UpstreamClient::UpstreamClient(Options options, const Clock& clock, UpstreamStats& stats)
    : loop_(std::make_unique<Loop>(std::move(options), clock, stats)) {}

UpstreamClient::~UpstreamClient() = default;

void UpstreamClient::read_at(std::shared_ptr<SocketWatch> watch) {
  loop_->read_at(std::move(watch));
}

void UpstreamClient::send(UpstreamEndpoint endpoint, std::string request, Done done) {
  loop_->send({std::move(endpoint), std::move(request), std::move(done), {}, 0});
}

}  // namespace dynadeck
