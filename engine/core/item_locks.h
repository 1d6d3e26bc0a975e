// Who may write which item now.
//
// A single write holds the lock of its item's stripe while it reads, checks and commits. A
// transaction marks its items instead, and whoever meets a mark is in conflict with it, as with
// DynamoDB: "Transaction is ongoing for the item".
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynadeck::engine {

// *Synchronized.*
class ItemLocks {
 public:
  // One item's lock for one write.
  class Guard {
   public:
    // Whether a transaction has marked the item: then the holder must not write.
    bool conflict() const { return conflict_; }
    void unlock() { lock_.unlock(); }

   private:
    friend class ItemLocks;
    std::unique_lock<std::mutex> lock_;
    bool conflict_ = false;
  };

  // Keys are those of the item family. Waits for other writes of the stripe, not for transactions.
  [[nodiscard]] Guard lock(std::string_view key);

  // The locks of several items for one write.
  class Guards {
   public:
    // Positions in the keys given that a transaction has marked: these must not be written.
    const std::vector<std::size_t>& conflicts() const { return conflicts_; }

   private:
    friend class ItemLocks;
    std::vector<std::unique_lock<std::mutex>> locks_;
    std::vector<std::size_t> conflicts_;
  };

  [[nodiscard]] Guards lock_all(std::span<const std::string> keys);

  // The marks of one transaction; undone when it is destroyed.
  class Marks {
   public:
    Marks() = default;
    Marks(Marks&& other) noexcept;
    Marks& operator=(Marks&&) = delete;
    ~Marks();
    // Positions in the keys given that another transaction has marked; empty: all are ours.
    const std::vector<std::size_t>& conflicts() const { return conflicts_; }

   private:
    friend class ItemLocks;
    ItemLocks* locks_ = nullptr;
    std::shared_lock<std::shared_mutex> transaction_;
    std::vector<std::string> keys_;
    std::vector<std::size_t> conflicts_;
  };

  // Marks all keys, or, if any is in conflict, none. keys: distinct.
  [[nodiscard]] Marks mark(std::span<const std::string> keys);

  // Returns when every write and transaction that runs now is over. Later ones see what the caller
  // has published before.
  void wait_for_writers();

 private:
  struct Stripe {
    std::mutex mutex;
    std::vector<std::string> marked;  // guarded by mutex; nearly always empty
  };
  static std::size_t stripe_number(std::string_view key);
  Stripe& stripe(std::string_view key) { return stripes_[stripe_number(key)]; }
  static bool is_marked(const Stripe& stripe, std::string_view key);
  void unmark(std::string_view key);

  static constexpr std::size_t kStripes = 1024;
  std::array<Stripe, kStripes> stripes_;
  std::shared_mutex transactions_;  // shared: by each transaction
};

}  // namespace dynadeck::engine
