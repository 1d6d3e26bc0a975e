// The way of the engine's streams onto a tape.
#pragma once

#include <shared_mutex>
#include <span>
#include <string>

#include "engine/streams/sink.h"

namespace dynadeck {

namespace cassettes {
class Deck;
}

// Puts what happens in streams onto the tape that is in the deck. Synchronized.
class TapedStreams final : public engine::StreamSink {
 public:
  // Borrows the deck until end().
  void begin(cassettes::Deck& deck);
  void end();

  void take(const std::string& stream_arn, std::span<const engine::StreamNote> notes) override;

 private:
  std::shared_mutex mutex_;
  cassettes::Deck* deck_ = nullptr;  // guarded by mutex_
};

}  // namespace dynadeck
