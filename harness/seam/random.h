// Chance comes from here and from nowhere else, so that a seed repeats a run.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace dynadeck {

// A fixed function from (seed, purpose, ordinal) to 64 evenly spread bits. Stable for ever and on
// every platform: tests/harness holds it by golden values.
std::uint64_t draw_bits(std::uint64_t seed, std::string_view purpose, std::uint64_t ordinal);

// The same as a number in [0, 1).
double draw_unit(std::uint64_t seed, std::string_view purpose, std::uint64_t ordinal);

// 52 characters of [A-Z0-9], as x-amzn-RequestId: the one that comes `ordinal` after the first.
// Stable for ever as well: tapes name ids by their ordinals. Source: [doc] captures of AWS's
// answers.
std::string request_id_of(std::uint64_t seed, std::uint64_t ordinal);

// Ids from one seed. Each purpose has a sequence of its own, so that asking for one kind of id does
// not move another. Synchronized, lock-free.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  // A seed from the machine's entropy.
  static std::uint64_t fresh_seed();

  std::uint64_t seed() const { return seed_; }

  // The next ordinal of a request id, and the id itself.
  std::uint64_t request_ordinal() { return advance(kRequestId); }
  std::string request_id() { return request_id_of(seed_, request_ordinal()); }
  // Lower-case, version 4: table ids, ARNs.
  std::string uuid();
  // The next 64 bits for engine-internal names.
  std::uint64_t bits();

 private:
  enum Purpose : std::uint8_t { kRequestId, kUuid, kBits, kPurposes };
  std::uint64_t advance(Purpose purpose) {
    return ordinals_[purpose].fetch_add(1, std::memory_order_relaxed);
  }
  std::uint64_t next(Purpose purpose);

  const std::uint64_t seed_;
  std::array<std::atomic<std::uint64_t>, kPurposes> ordinals_{};
};

}  // namespace dynadeck
