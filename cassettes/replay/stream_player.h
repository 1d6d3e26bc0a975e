// Answers requests of the Streams API: as they are taped where that says what can be said now, else
// from the records.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "cassettes/replay/claims.h"
#include "cassettes/replay/pace.h"
#include "cassettes/replay/played_tape.h"
#include "cassettes/replay/rules.h"
#include "cassettes/streams/policy.h"
#include "cassettes/streams/replay.h"
#include "cassettes/streams/tape.h"
#include "harness/seam/clock.h"
#include "harness/seam/operation.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// Synchronized. What the tape knows of streams is read when it is first needed.
class StreamPlayer {
 public:
  // All but the pace are borrowed. has_others: what is behind the tape may have streams of its own.
  StreamPlayer(PlayedTape& tape, const ReplayRules& rules, Claims& claims, Pace pace,
               Streams streams, bool has_others, const Clock& clock);

  // Whether a request is one for this player.
  bool answers(const Request& request) const {
    return info(request.operation).api == Api::kStreams && streams_ != Streams::kTaped;
  }

  struct Answer {
    Response response;
    bool built = false;  // from records
  };
  std::optional<Answer> play(const Request& request, std::uint32_t section);

  // Why the tape cannot be read for its streams; empty where it can.
  std::string error();

  // What a report has to know of streams; null where nothing depends on it. verify: all of the tape
  // has to be played.
  const StreamTape* told(bool verify);
  // StreamReplay::held_back(). Only where something is told, and with the lock of the claims.
  std::string held_back() { return replay_->held_back(); }

 private:
  // Null where the tape cannot be read.
  StreamReplay* replay();
  // With the lock of the claims.
  std::optional<Interaction> claim(const StreamReplay::Asked& asked, std::uint32_t section,
                                   PreparedRequest& prepared);
  bool is_poll(std::uint32_t ordinal);
  std::optional<Response> put_together(const BuiltAnswer& answer);

  PlayedTape& tape_;
  const ReplayRules& rules_;
  Claims& claims_;
  const Pace pace_;
  const Streams streams_;
  const bool has_others_;
  const Clock& clock_;

  std::once_flag once_;  // for the next four
  std::atomic<bool> read_{false};
  std::optional<StreamTape> stream_tape_;
  std::unique_ptr<StreamReplay> replay_;  // its calls are guarded by the lock of the claims
  std::string error_;

  std::unordered_map<std::uint32_t, bool> polls_;  // found to be, or not to be; likewise guarded
};

}  // namespace dynadeck::cassettes
