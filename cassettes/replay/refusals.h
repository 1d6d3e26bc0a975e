// What is said of requests that the tape has no answer for.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/replay/claims.h"
#include "cassettes/replay/played_tape.h"
#include "cassettes/replay/report.h"
#include "cassettes/replay/rules.h"
#include "cassettes/replay/stream_player.h"
#include "cassettes/tape/interaction.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// Synchronized.
class Refusals {
 public:
  // path: of the tape. The others are borrowed.
  Refusals(std::string path, PlayedTape& tape, const ReplayRules& rules, Claims& claims,
           StreamPlayer& streams);

  // The error: names the tape, the request, the nearest recorded exchange, what differs, and what
  // would accept it. Counts the request, and keeps it for the report.
  Response refuse(const Request& request, std::string_view section);

  // How many there were, and the first of them.
  void tell(ReplayReport& report);

 private:
  UnmatchedRequest explain(const Request& request, std::string_view section);
  std::optional<Interaction> find_nearest(const Request& request, std::string_view section,
                                          std::vector<std::string>& differences);
  std::vector<std::uint32_t> candidates(std::uint32_t section);
  std::string list_sections() const;
  std::string reason_for_same(const Request& request, std::string_view section,
                              std::optional<Interaction>& nearest);

  const std::string path_;
  PlayedTape& tape_;
  const ReplayRules& rules_;
  Claims& claims_;
  StreamPlayer& streams_;

  std::mutex mutex_;  // guards what follows
  std::uint64_t count_ = 0;
  std::vector<UnmatchedRequest> explained_;
};

}  // namespace dynadeck::cassettes
