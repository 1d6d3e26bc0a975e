#include "harness/taped_streams.h"

#include <mutex>
#include <utility>

#include "cassettes/deck.h"

namespace dynadeck {
namespace {

cassettes::StreamLine::Kind kind_of(engine::StreamNote::Kind kind) {
  switch (kind) {
    case engine::StreamNote::Kind::kStream:
      return cassettes::StreamLine::Kind::kStream;
    case engine::StreamNote::Kind::kShard:
      return cassettes::StreamLine::Kind::kShard;
    case engine::StreamNote::Kind::kRecord:
      break;
  }
  return cassettes::StreamLine::Kind::kRecord;
}

}  // namespace

void TapedStreams::begin(cassettes::Deck& deck) {
  const std::unique_lock lock(mutex_);
  deck_ = &deck;
}

void TapedStreams::end() {
  const std::unique_lock lock(mutex_);
  deck_ = nullptr;
}

void TapedStreams::take(const std::string& stream_arn, std::span<const engine::StreamNote> notes) {
  const std::shared_lock lock(mutex_);
  if (deck_ == nullptr) return;
  for (const engine::StreamNote& note : notes) {
    cassettes::StreamLine line;
    line.kind = kind_of(note.kind);
    line.exchange = note.exchange;
    line.expired = note.expired;
    line.stream_arn = stream_arn;
    line.shard = note.shard_id;
    line.json = note.json;
    deck_->add_stream_line(std::move(line));
  }
}

}  // namespace dynadeck
