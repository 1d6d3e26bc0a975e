#include "engine/core/item_locks.h"

#include <algorithm>
#include <cstdint>

namespace dynadeck::engine {

std::size_t ItemLocks::stripe_number(std::string_view key) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char byte : key) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  return (hash ^ hash >> 32) % kStripes;
}

bool ItemLocks::is_marked(const Stripe& stripe, std::string_view key) {
  return std::find(stripe.marked.begin(), stripe.marked.end(), key) != stripe.marked.end();
}

ItemLocks::Guard ItemLocks::lock(std::string_view key) {
  Stripe& stripe = this->stripe(key);
  Guard guard;
  guard.lock_ = std::unique_lock(stripe.mutex);
  guard.conflict_ = is_marked(stripe, key);
  return guard;
}

ItemLocks::Guards ItemLocks::lock_all(std::span<const std::string> keys) {
  std::vector<std::size_t> numbers;
  numbers.reserve(keys.size());
  for (const std::string& key : keys) numbers.push_back(stripe_number(key));
  std::sort(numbers.begin(), numbers.end());  // always in one order: nobody waits in a circle
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());

  Guards guards;
  for (const std::size_t number : numbers) guards.locks_.emplace_back(stripes_[number].mutex);
  for (std::size_t position = 0; position < keys.size(); ++position) {
    if (is_marked(stripe(keys[position]), keys[position])) guards.conflicts_.push_back(position);
  }
  return guards;
}

void ItemLocks::unmark(std::string_view key) {
  Stripe& stripe = this->stripe(key);
  const std::lock_guard lock(stripe.mutex);
  std::erase(stripe.marked, key);
}

ItemLocks::Marks ItemLocks::mark(std::span<const std::string> keys) {
  Marks marks;
  marks.locks_ = this;
  marks.transaction_ = std::shared_lock(transactions_);
  for (std::size_t position = 0; position < keys.size(); ++position) {
    Stripe& stripe = this->stripe(keys[position]);
    const std::lock_guard lock(stripe.mutex);
    if (is_marked(stripe, keys[position])) {
      marks.conflicts_.push_back(position);
    } else {
      stripe.marked.push_back(keys[position]);
      marks.keys_.push_back(keys[position]);
    }
  }
  if (!marks.conflicts_.empty()) {
    for (const std::string& key : marks.keys_) unmark(key);
    marks.keys_.clear();
  }
  return marks;
}

ItemLocks::Marks::Marks(Marks&& other) noexcept
    : locks_(other.locks_),
      transaction_(std::move(other.transaction_)),
      keys_(std::move(other.keys_)),
      conflicts_(std::move(other.conflicts_)) {
  other.keys_.clear();
}

ItemLocks::Marks::~Marks() {
  for (const std::string& key : keys_) locks_->unmark(key);
}

void ItemLocks::wait_for_writers() {
  { const std::unique_lock all(transactions_); }
  for (Stripe& stripe : stripes_) {
    const std::lock_guard lock(stripe.mutex);
  }
}

}  // namespace dynadeck::engine
