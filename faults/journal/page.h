// A piece of the journal: a few hundred entries of one writer, and their texts.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "faults/journal/journal.h"
#include "faults/requests/sdk_call.h"

namespace dynadeck::faults {

// Entries are 64 bytes; what is of no fixed size stands in the page's texts, once as long as it
// repeats. So an entry costs its writer two cache lines in a row and no allocation, and a page
// takes everything it refers to with it when it goes. Rendered when it is read.
//
// Threads: one at a time appends; any number read what was there when they asked for size().
class JournalPage {
 public:
  static constexpr std::size_t kTextBytes = 32 * 1024;

  // What an entry is made of. Borrows.
  struct Record {
    const Request& request;
    const Response& response;
    SdkCall call;
    std::span<const std::string_view> tables;
    Clock::WallTime time;
    std::chrono::nanoseconds duration;
  };
  // The most that the record's texts take.
  static std::size_t text_bytes(const Record& record);

  explicit JournalPage(std::size_t text_bytes);

  bool has_room(std::size_t text_bytes) const;
  // Needs room. sequence: more than any before.
  void append(std::uint64_t sequence, const Record& record);

  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  std::uint64_t sequence(std::size_t at) const { return entries_[at].sequence; }
  // at: below size(). The entry's texts are this page's.
  void read(std::size_t at, JournalEntry& entry) const;

 private:
  using Place = std::uint32_t;  // in texts_; 0 is the empty text and the empty list

  struct alignas(64) Entry {
    std::uint64_t sequence;
    std::int64_t time;      // microseconds since 1970
    std::int64_t duration;  // nanoseconds
    Place client;           // account, region, access key, session
    Place tables;           // a list
    Place error_code;
    Place faults;  // a list: rule, kind, rule, kind, ...
    Place ids;     // request, invocation
    std::uint32_t attempt;
    std::int16_t status;
    Operation operation;
  };
  static constexpr std::size_t kEntries = 256;

  // Texts of the entry before, which this one refers to if it has the same.
  struct Last {
    std::array<std::string_view, 4> client;
    std::string_view only_table;  // empty where there was none, or more than one
    std::string_view error_code;
  };

  const Entry* before() const;  // null in an empty page
  void write_number(std::size_t number);
  std::string_view write(std::string_view text);
  Place client_of(const Request& request);
  Place tables_of(std::span<const std::string_view> tables);
  Place error_code_of(const Response& response);
  Place faults_of(const Response& response);
  Place ids_of(const Record& record);

  // Reads a number or a text, and moves on to what follows it.
  std::uint32_t number(Place& place) const;
  std::string_view text(Place& place) const;

  std::atomic<std::size_t> size_{0};
  Place end_ = 0;  // of the texts
  Last last_;
  const std::size_t text_bytes_;
  const std::unique_ptr<char[]> texts_;
  const std::unique_ptr<Entry[]> entries_;
};

}  // namespace dynadeck::faults
