#include "harness/aws/credentials.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "harness/aws/credential_chain.h"

namespace dynadeck {
namespace {

using std::chrono::seconds;

constexpr std::chrono::minutes kRenewBefore{10};
// After a renewal that failed, and how often the thread looks at the (movable) calendar.
constexpr seconds kRetryPause{10};
constexpr seconds kLongestSleep{30};

Clock::WallTime machine_time() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace

struct AwsCredentialProvider::State {
  CredentialSources sources;
  Options options;

  mutable std::mutex mutex;
  std::condition_variable stopping;
  std::shared_ptr<const AwsCredentials> current;  // guarded by mutex
  Clock::WallTime renew_at;                       // guarded by mutex
  bool stop = false;                              // guarded by mutex

  std::thread thread;
};

Clock::WallTime AwsCredentialProvider::renewal_time(Clock::WallTime now, Clock::WallTime expires) {
  return std::max(expires - kRenewBefore, now + (expires - now) / 2);
}

Outcome<std::unique_ptr<AwsCredentialProvider>, CredentialError> AwsCredentialProvider::open(
    CredentialSources sources, Options options) {
  if (!options.wire_time) options.wire_time = machine_time;
  auto found = find_credentials(sources);
  if (!found.ok()) return std::move(found).error();
  auto state = std::make_unique<State>();
  state->sources = std::move(sources);
  state->options = std::move(options);
  const bool expires = found->expires.has_value();
  if (expires) state->renew_at = renewal_time(state->options.wire_time(), *found->expires);
  state->current = std::make_shared<const AwsCredentials>(std::move(found).value());
  std::unique_ptr<AwsCredentialProvider> provider(new AwsCredentialProvider(std::move(state)));
  if (expires) {
    provider->state_->thread = std::thread([self = provider.get(), state = provider->state_.get()] {
      std::unique_lock lock(state->mutex);
      while (!state->stop) {
        const auto left = state->renew_at - state->options.wire_time();
        const auto sleep = std::clamp<std::chrono::microseconds>(left, seconds{1}, kLongestSleep);
        if (state->stopping.wait_for(lock, sleep, [state] { return state->stop; })) return;
        lock.unlock();
        self->renew_if_due();
        lock.lock();
      }
    });
  }
  return provider;
}

AwsCredentialProvider::AwsCredentialProvider(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

AwsCredentialProvider::~AwsCredentialProvider() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->stopping.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

std::shared_ptr<const AwsCredentials> AwsCredentialProvider::current() const {
  const std::lock_guard lock(state_->mutex);
  return state_->current;
}

void AwsCredentialProvider::renew_if_due() {
  const Clock::WallTime now = state_->options.wire_time();
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->current->expires || now < state_->renew_at) return;
  }
  // Without the lock: this may take seconds, and requests are signed meanwhile.
  auto found = find_credentials(state_->sources);
  const bool newer = found.ok() && (!found->expires || *found->expires > now);
  {
    const std::lock_guard lock(state_->mutex);
    if (newer) {
      if (found->expires) state_->renew_at = renewal_time(now, *found->expires);
      state_->current = std::make_shared<const AwsCredentials>(std::move(found).value());
      return;
    }
    state_->renew_at = now + kRetryPause;
  }
  if (state_->options.log) {
    state_->options.log("AWS credentials were not renewed: " +
                        (found.ok() ? found->source + " gave expired ones" : found.error().reason));
  }
}

}  // namespace dynadeck
