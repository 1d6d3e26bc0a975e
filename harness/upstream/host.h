// What a client knows of one upstream host: its endpoint, and its addresses for as long as they are
// believed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/seam/clock.h"
#include "harness/upstream/resolver.h"
#include "harness/upstream/target.h"

namespace dynadeck {

struct UpstreamContext;  // harness/upstream/line.h

// One thread, but for what is const.
class UpstreamHost {
 public:
  UpstreamHost(UpstreamEndpoint endpoint, UpstreamContext& context);

  const UpstreamEndpoint& endpoint() const { return endpoint_; }
  UpstreamContext& context() const { return context_; }

  bool fresh(Clock::MonotonicTime now) const;
  const std::vector<SocketAddress>& addresses() const { return addresses_; }
  // Which of them to try first; only where there are any.
  std::size_t first_to_try() const { return preferred_ % addresses_.size(); }
  void prefer(std::size_t address) { preferred_ = address; }
  // After an attempt that failed: the host may have moved. Numbers stay.
  void doubt();

  // A look-up of the name that is under way, and since when; the answer comes by the inbox.
  void begin_resolving(Clock::MonotonicTime now);
  const std::optional<Clock::MonotonicTime>& resolving_since() const { return resolving_since_; }
  // It takes too long: since when it was waited for. The look-up goes on; it may help those who
  // come later.
  Clock::MonotonicTime wait_anew(Clock::MonotonicTime now);
  // Takes the answer, where there is one; the look-up is over.
  void resolved(Addresses& addresses, Clock::MonotonicTime now);

 private:
  const UpstreamEndpoint endpoint_;
  UpstreamContext& context_;
  std::vector<SocketAddress> addresses_;
  std::size_t preferred_ = 0;
  std::optional<Clock::MonotonicTime> resolved_at_;  // never, where the host is given as numbers
  std::optional<Clock::MonotonicTime> resolving_since_;
};

}  // namespace dynadeck
