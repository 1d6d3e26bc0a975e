#include "harness/upstream_client.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <thread>

#include "harness/upstream_inbox.h"
#include "harness/upstream_pool.h"

namespace dynadeck {
namespace {

using std::chrono::milliseconds;

// Timeouts are exact to this much.
constexpr milliseconds kTick{10};
constexpr milliseconds kIdleTick{1'000};
constexpr std::size_t kReadBufferBytes = std::size_t{64} * 1024;
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
                 std::vector<char>(kReadBufferBytes),
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

  void send(UpstreamCall call) {
    call.began = context_.clock.monotonic();
    ++context_.stats.requests;
    ++context_.stats.requests_under_way;
    inbox_->post(std::move(call));
  }

 private:
  void run();
  void wait_and_handle();
  void take_mail();
  void start(UpstreamCall call);
  void tick();
  UpstreamPool* pool_for(const UpstreamEndpoint& endpoint);

  const std::shared_ptr<UpstreamInbox> inbox_;
  UpstreamContext context_;
  std::map<UpstreamEndpoint, std::unique_ptr<UpstreamPool>> pools_;
  UpstreamInbox::Mail mail_;
  milliseconds tick_after_{0};  // zero: nothing has to be looked at
  Clock::MonotonicTime last_tick_;
  std::thread thread_;
};

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
  pools_.clear();
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
    if (line != nullptr && line->state != UpstreamLine::State::kClosed) line->pool->on_ready(*line);
  }
}

void UpstreamClient::Loop::take_mail() {
  inbox_->take(mail_);
  for (ResolvedName& name : mail_.names) {
    const auto found = pools_.find(name.endpoint);
    if (found != pools_.end()) found->second->resolved(std::move(name.addresses));
  }
  for (UpstreamCall& call : mail_.calls) start(std::move(call));
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
  return pools_.emplace(endpoint, std::make_unique<UpstreamPool>(endpoint, context_))
      .first->second.get();
}

void UpstreamClient::Loop::tick() {
  const Clock::MonotonicTime now = context_.clock.monotonic();
  // With no more than idle connections the thread wakes once a second; without them, never.
  bool active = false;
  for (const auto& [endpoint, pool] : pools_) active = active || pool->active();
  tick_after_ = active ? kTick : pools_.empty() ? milliseconds{0} : kIdleTick;
  if (now - last_tick_ < kTick) return;
  last_tick_ = now;
  for (auto entry = pools_.begin(); entry != pools_.end();) {
    entry->second->tick(now);
    entry = entry->second->unused() ? pools_.erase(entry) : std::next(entry);
  }
}

UpstreamClient::UpstreamClient(Options options, const Clock& clock, UpstreamStats& stats)
    : loop_(std::make_unique<Loop>(std::move(options), clock, stats)) {}

UpstreamClient::~UpstreamClient() = default;

void UpstreamClient::send(UpstreamEndpoint endpoint, std::string request, Done done) {
  loop_->send({std::move(endpoint), std::move(request), std::move(done), {}, 0});
}

}  // namespace dynadeck
