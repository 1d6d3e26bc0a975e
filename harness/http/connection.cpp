#include "harness/http/connection.h"

namespace dynadeck {

bool Connection::acquire(std::uint32_t generation, std::uint32_t events) {
  std::uint64_t state = state_.load(std::memory_order_relaxed);
  while (true) {
    if ((state >> 32) != generation || (state & kOpen) == 0) return false;
    const std::uint64_t next = state | kOwned | events;
    if (state_.compare_exchange_weak(state, next, std::memory_order_acq_rel)) {
      return (state & kOwned) == 0;
    }
  }
}

std::uint32_t Connection::take_events() {
  return static_cast<std::uint32_t>(state_.fetch_and(~kEvents, std::memory_order_acq_rel) &
                                    kEvents);
}

bool Connection::release() {
  std::uint64_t state = state_.load(std::memory_order_relaxed);
  while ((state & kEvents) == 0) {
    if (state_.compare_exchange_weak(state, state & ~kOwned, std::memory_order_acq_rel)) {
      return true;
    }
  }
  return false;
}

void Connection::open(int new_fd) {
  [[maybe_unused]] const bool was_open = is_open();  // what the last owner did comes before
  fd = new_fd;
  state_.fetch_or(kOpen, std::memory_order_acq_rel);
}

void Connection::close() {
  phase = Phase::kReading;
  peer_closed = unread = armed_for_output = has_timer = false;
  partial.reset();
  backlog = {};
  outgoing.reset();
  exchange.reset();
  // The next generation, with no event, no owner and nobody connected.
  const std::uint64_t generation = state_.load(std::memory_order_relaxed) >> 32;
  state_.store((generation + 1) << 32, std::memory_order_release);
}

ConnectionTable::ConnectionTable(std::size_t max_fds)
    : blocks_((max_fds + kBlockSize - 1) / kBlockSize) {}

ConnectionTable::~ConnectionTable() {
  for (const auto& block : blocks_) delete block.load(std::memory_order_relaxed);
}

Connection* ConnectionTable::at(int fd) const {
  const std::size_t index = static_cast<std::size_t>(fd) / kBlockSize;
  Block* block = index < blocks_.size() ? blocks_[index].load(std::memory_order_acquire) : nullptr;
  return block == nullptr ? nullptr : &(*block)[static_cast<std::size_t>(fd) % kBlockSize];
}

Connection* ConnectionTable::make(int fd) {
  const std::size_t index = static_cast<std::size_t>(fd) / kBlockSize;
  if (index >= blocks_.size()) return nullptr;
  if (blocks_[index].load(std::memory_order_relaxed) == nullptr) {
    blocks_[index].store(new Block(), std::memory_order_release);
  }
  return at(fd);
}

}  // namespace dynadeck
