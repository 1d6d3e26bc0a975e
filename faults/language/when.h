// Which requests a rule is about.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/requests/body_scan.h"
#include "faults/requests/item_keys.h"
#include "harness/seam/service.h"

namespace dynadeck::faults {

using OperationSet = std::bitset<kOperationCount>;

// '*' stands for any text, '?' for one byte; everything else for itself.
bool glob_matches(std::string_view glob, std::string_view text);

// The operations of a name ("GetItem") or class ("read", "write", "control", "streams",
// "transactions", "all"); empty where it is neither.
OperationSet operations_named(std::string_view name);

// What an attribute's value has to be.
struct ValuePattern {
  std::string type;  // "S", "N" or "B"; empty for any of them
  std::string glob;  // for N an exact text, B in base64

  bool matches(std::string_view value_type, std::string_view value) const;
  friend bool operator==(const ValuePattern&, const ValuePattern&) = default;
};

// What rules ask about a request, looked up once for all of them. One thread; borrows the request.
class Facts {
 public:
  explicit Facts(const Request& request) : request_(request) {}
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  const Request& request() const { return request_; }
  // What the body gives to the attribute.
  const std::vector<KeyValue>& key(const std::string& attribute);
  // The request's place among the attempts of a logical call, from 1.
  std::uint64_t attempt();

 private:
  const Request& request_;
  // Most requests need no other memory.
  std::array<std::byte, 1024> buffer_;
  std::pmr::monotonic_buffer_resource memory_{buffer_.data(), buffer_.size()};
  std::optional<KeyScan> scan_;
  std::pmr::vector<std::pair<std::string_view, std::vector<KeyValue>>> keys_{&memory_};
  std::optional<std::uint64_t> attempt_;
};

// All conditions that are given have to hold; of the values of one condition, one has to. A regular
// value.
struct When {
  using Globs = std::vector<std::string>;
  using Named = std::vector<std::pair<std::string, Globs>>;

  std::vector<std::string> operations;  // names and classes; empty for all
  Globs tables;
  Globs indexes;
  // Attribute name and what its value may be, in the Key, the Item or the key condition; for
  // batches and transactions, of one of the items.
  std::vector<std::pair<std::string, std::vector<ValuePattern>>> key;
  Globs accounts;
  Globs regions;
  Globs access_keys;
  Globs sessions;
  Named headers;
  Named members;  // of the body, by their text: of what is no text, by its JSON
  // Of one logical call, as the SDK counts them in amz-sdk-request; 1 where it does not.
  std::vector<std::uint64_t> attempts;

  OperationSet operation_set() const;
  // Whether the request, whose operation is in operation_set(), is one of those. body: a scan of
  // its body, made by the caller once for all rules.
  bool matches(const Request& request, const BodyScan& body) const {
    Facts facts(request);
    return matches_body(body) && matches_rest(facts);
  }
  // The two halves of it: what the table and index say, and the rest.
  bool matches_body(const BodyScan& body) const;
  bool matches_rest(Facts& facts) const;
  // Whether matches_body() looks at the body at all.
  bool needs_body() const { return !tables.empty() || !indexes.empty(); }

  friend bool operator==(const When&, const When&) = default;
};

}  // namespace dynadeck::faults
