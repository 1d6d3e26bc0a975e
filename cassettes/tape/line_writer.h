// Writes the lines of exchanges.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "cassettes/matching/hash.h"
#include "cassettes/tape/interaction.h"

namespace dynadeck::cassettes {

// Remembers how the clients, operations and scopes that it meets are spelled on a line: a session
// has few of them. One thread.
class LineWriter {
 public:
  // seed: of the tape's header; without it every request id is written out.
  explicit LineWriter(std::optional<std::uint64_t> seed = std::nullopt) : seed_(seed) {}

  // Appends the line of an exchange with its line break, as docs/formats/cassette.md has it.
  void append(std::string& out, const InteractionView& interaction);

  // Of the exchange that was appended last. The scan borrows its request.
  const RequestScan& scan() const { return scan_; }
  std::uint64_t match_hash() const { return hash_; }

 private:
  struct Caller {
    std::string agent, operation, account, region;
    std::uint64_t attempt = 0;
    std::string text;        // the members from `client` to the opening of `request`; empty: free
    std::uint64_t hash = 0;  // of all but the body
  };
  const Caller& caller_of(const InteractionView& interaction);

  std::optional<std::uint64_t> seed_;
  std::array<Caller, 32> callers_;  // by a few bytes of what they hold
  RequestScan scan_;
  std::uint64_t hash_ = 0;
};

}  // namespace dynadeck::cassettes
