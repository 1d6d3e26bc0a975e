#include "harness/upstream/host.h"

#include <utility>

#include "harness/upstream/line.h"

namespace dynadeck {
namespace {

// How long a name's addresses are believed. The names of AWS's endpoints live for a few seconds.
constexpr std::chrono::seconds kAddressLife{10};

}  // namespace

UpstreamHost::UpstreamHost(UpstreamEndpoint endpoint, UpstreamContext& context)
    : endpoint_(std::move(endpoint)), context_(context) {
  if (Addresses addresses = parse_address(endpoint_); addresses.ok()) {
    addresses_ = std::move(addresses).value();
  }
}

bool UpstreamHost::fresh(Clock::MonotonicTime now) const {
  // Without a date they were given as numbers.
  return !addresses_.empty() && (!resolved_at_ || now - *resolved_at_ < kAddressLife);
}

void UpstreamHost::doubt() {
  if (resolved_at_) addresses_.clear();
}

void UpstreamHost::begin_resolving(Clock::MonotonicTime now) {
  if (resolving_since_) return;
  resolving_since_ = now;
  resolve_in_background(endpoint_,
                        [inbox = context_.inbox, endpoint = endpoint_](Addresses addresses) {
                          inbox->post(ResolvedName{endpoint, std::move(addresses)});
                        });
}

Clock::MonotonicTime UpstreamHost::wait_anew(Clock::MonotonicTime now) {
  return std::exchange(*resolving_since_, now);
}

void UpstreamHost::resolved(Addresses& addresses, Clock::MonotonicTime now) {
  resolving_since_.reset();
  if (!addresses.ok()) return;
  addresses_ = std::move(addresses).value();
  preferred_ = 0;
  resolved_at_ = now;
}

}  // namespace dynadeck
