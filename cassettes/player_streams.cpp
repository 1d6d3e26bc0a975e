// How the player answers the Streams API.
#include <utility>

#include "cassettes/player.h"

namespace dynadeck::cassettes {

StreamReplay* Player::streams() {
  std::call_once(streams_once_, [this] {
    auto tape = StreamTape::load(cache_.reader(), index_);
    if (!tape) {
      streams_error_ = tape.error();
      return;
    }
    stream_tape_ = std::move(tape).value();
    stream_replay_ =
        std::make_unique<StreamReplay>(*stream_tape_, index_, matcher_, options_.streams, clock_);
    streams_read_.store(true, std::memory_order_release);
  });
  return stream_replay_.get();
}

std::optional<Response> Player::play_stream(const Request& request, std::uint32_t section) {
  Prepared prepared = prepare(request);
  StreamReplay* const known = has_other_lines_ ? streams() : nullptr;
  std::optional<Interaction> taped;
  std::optional<BuiltAnswer> built;
  std::string body(prepared.body);
  {
    std::unique_lock lock(mutex_);
    if (!bindings_.empty()) body = bindings_.revert(std::move(body), patterns_);
    const StreamReplay::Asked asked{info(request.operation).name, body, &request.scope, section};
    taped = claim_poll(asked, section, prepared);
    if (!taped && known == nullptr) {
      lock.unlock();
      (void)streams();
      lock.lock();
    }
    // What is behind the tape may have streams of its own; by ARN it is clear whose they are.
    const bool has_others =
        options_.mode == Mode::kNewEpisodes || options_.unmatched != Unmatched::kError;
    const bool may_build = !has_others || request.operation != Operation::kListStreams;
    if (!taped && may_build && stream_replay_ != nullptr) built = stream_replay_->build(asked);
  }
  std::optional<Response> response;
  if (taped) {
    response = to_response(std::move(*taped));
  } else if (built) {
    response = put_together(*built);
  }
  if (!response) return response;
  put_live_values(*response, request, prepared, [&] { return body; });
  if (built) built_.fetch_add(1, std::memory_order_relaxed);
  played_.fetch_add(1, std::memory_order_relaxed);
  stats_.exchanges_played.fetch_add(1, std::memory_order_relaxed);
  return response;
}

// The caller has the lock.
std::optional<Interaction> Player::claim_poll(const StreamReplay::Asked& asked,
                                              std::uint32_t section, Prepared& prepared) {
  // Who polls for long has asked the same many times; what is far ahead is built as well.
  constexpr std::size_t kMostTried = 64;
  std::size_t tried = 0;
  std::optional<Interaction> chosen;
  const auto fits = [&](std::uint32_t ordinal) {
    if (++tried > kMostTried) return false;
    std::optional<Interaction> candidate = read(ordinal);
    const bool good =
        candidate &&
        (prepared.renamed.empty() ||
         bindings_.fit(prepared.renamed, renamed_of(*candidate)) >= Bindings::Fit::kOtherTimes) &&
        (!has_other_lines_ || stream_replay_ == nullptr || stream_replay_->fits(asked, *candidate));
    if (good) chosen = std::move(candidate);
    return good;
  };
  Matcher::Asked poll;
  poll.hash = prepared.hash;
  poll.section = section;
  poll.optional = true;
  const std::optional<std::uint32_t> ordinal = matcher_.claim(poll, fits);
  if (!ordinal) return std::nullopt;
  bind(prepared.renamed, *ordinal, prepared);
  return chosen;
}

std::optional<Response> Player::put_together(const BuiltAnswer& answer) {
  Response response;
  response.body = answer.start;
  for (const RecordPlace& place : answer.records) {
    const auto record = cache_.read_bytes(place.frame, place.offset, place.bytes);
    if (!record) return std::nullopt;
    if (response.body.back() != '[') response.body += ',';
    response.body += *record;
  }
  response.body += answer.end;
  return response;
}

// The caller has the lock.
bool Player::is_poll(std::uint32_t ordinal) {
  const auto [found, added] = polls_.try_emplace(ordinal, false);
  if (added) {
    const std::optional<Interaction> interaction = read(ordinal);
    found->second = interaction && is_stream_operation(interaction->operation);
  }
  return found->second;
}

const StreamTape* Player::told_streams() {
  const bool matters = options_.verify && has_other_lines_ && options_.streams != Streams::kTaped;
  if (!streams_read_.load(std::memory_order_acquire) && !matters) return nullptr;
  return streams() != nullptr && stream_tape_->tells() ? &*stream_tape_ : nullptr;
}

}  // namespace dynadeck::cassettes
