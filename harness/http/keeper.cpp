#include "harness/http/keeper.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace dynadeck {
namespace {

using std::chrono::nanoseconds;

constexpr auto kAcceptPause = std::chrono::milliseconds(50);
constexpr auto kForever = std::chrono::hours(1);

}  // namespace

ConnectionKeeper::ConnectionKeeper(OpenConnections& connections, const HttpOptions& options,
                                   const HttpStats& stats, const Clock& clock, Post post)
    : connections_(connections),
      options_(options),
      stats_(stats),
      clock_(clock),
      post_(std::move(post)) {}

void ConnectionKeeper::start(int listener) {
  listener_.reset(listener);
  thread_ = std::thread([this] { keep(); });
}

bool ConnectionKeeper::stop(std::chrono::milliseconds drain) {
  drain_until_ = std::chrono::steady_clock::now() + drain;
  connections_.drain();
  wake();
  thread_.join();
  return !abort_posted_;
}

void ConnectionKeeper::keep() {
  while (true) {
    const bool accepting =
        !connections_.draining() && std::chrono::steady_clock::now() >= accept_again_;
    std::array<pollfd, 2> waiting{pollfd{bell_.fd(), POLLIN, 0},
                                  pollfd{listener_.get(), POLLIN, 0}};
    const nanoseconds longest = patience();
    const timespec timeout{std::chrono::floor<std::chrono::seconds>(longest).count(),
                           (longest - std::chrono::floor<std::chrono::seconds>(longest)).count()};
    ppoll(waiting.data(), accepting ? 2 : 1, &timeout, nullptr);
    if ((waiting[0].revents & POLLIN) != 0) bell_.silence();
    if (accepting && waiting[1].revents != 0) accept_all();
    for (const Connection::Token token : connections_.take_due_timers()) {
      post_(token, kTimer);
    }
    if (connections_.draining() && drain_step()) return;
  }
}

nanoseconds ConnectionKeeper::patience() const {
  nanoseconds longest = kForever;
  const auto limit = [&longest](nanoseconds until) {
    longest = std::clamp(until, nanoseconds::zero(), longest);
  };
  if (const auto earliest = connections_.earliest_timer()) limit(*earliest - clock_.monotonic());
  const auto now = std::chrono::steady_clock::now();
  if (accept_again_ > now) limit(accept_again_ - now);
  if (connections_.draining() && !abort_posted_) limit(drain_until_ - now);
  return longest;
}

void ConnectionKeeper::accept_all() {
  while (true) {
    const int fd = accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0 && options_.refuse_connection && options_.refuse_connection()) {
      const ::linger at_once{1, 0};
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      ::close(fd);
    } else if (fd >= 0) {
      connections_.adopt(fd);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The backlog keeps them until files are closed.
      accept_again_ = std::chrono::steady_clock::now() + kAcceptPause;
      return;
    }
    // Anything else is the misfortune of one client.
  }
}

// Whether the thread may go.
bool ConnectionKeeper::drain_step() {
  if (!drain_posted_) {
    listener_.reset();
    connections_.for_each([this](Connection& connection) { post_(connection.token(), kDrain); });
    drain_posted_ = true;
  }
  if (stats_.open_connections.load() == 0) return true;
  if (!abort_posted_ && std::chrono::steady_clock::now() >= drain_until_) {
    connections_.for_each([this](Connection& connection) { post_(connection.token(), kAbort); });
    abort_posted_ = true;
  }
  return false;
}

}  // namespace dynadeck
