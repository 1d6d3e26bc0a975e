#include "cassettes/replay/stream_player.h"

#include <utility>

namespace dynadeck::cassettes {

StreamPlayer::StreamPlayer(PlayedTape& tape, const ReplayRules& rules, Claims& claims, Pace pace,
                           Streams streams, bool has_others, const Clock& clock)
    : tape_(tape),
      rules_(rules),
      claims_(claims),
      pace_(pace),
      streams_(streams),
      has_others_(has_others),
      clock_(clock) {
  if (streams_ == Streams::kTaped) return;
  claims_.matcher().set_optional([this](std::uint32_t ordinal) { return is_poll(ordinal); });
}

StreamReplay* StreamPlayer::replay() {
  std::call_once(once_, [this] {
    auto tape = StreamTape::load(tape_.reader(), tape_.index());
    if (!tape) {
      error_ = tape.error();
      return;
    }
    stream_tape_ = std::move(tape).value();
    replay_ = std::make_unique<StreamReplay>(*stream_tape_, tape_.index(), claims_.matcher(),
                                             streams_, clock_);
    read_.store(true, std::memory_order_release);
  });
  return replay_.get();
}

std::string StreamPlayer::error() { return replay() == nullptr ? error_ : std::string(); }

std::optional<StreamPlayer::Answer> StreamPlayer::play(const Request& request,
                                                       std::uint32_t section) {
  PreparedRequest prepared = rules_.prepare(request);
  StreamReplay* const known = tape_.has_other_lines() ? replay() : nullptr;
  std::optional<Interaction> taped;
  std::optional<BuiltAnswer> built;
  std::string body(prepared.body);
  {
    std::unique_lock lock = claims_.lock();
    const Bindings& bindings = claims_.bindings();
    if (!bindings.empty()) body = bindings.revert(std::move(body), rules_.patterns());
    const StreamReplay::Asked asked{info(request.operation).name, body, &request.scope, section};
    taped = claim(asked, section, prepared);
    if (!taped && known == nullptr) {
      lock.unlock();
      (void)replay();
      lock.lock();
    }
    // By ARN it is clear whose streams are meant.
    const bool may_build = !has_others_ || request.operation != Operation::kListStreams;
    if (!taped && may_build && replay_ != nullptr) built = replay_->build(asked);
  }
  std::optional<Response> response;
  if (taped) {
    response = pace_.answer(std::move(*taped));
  } else if (built) {
    response = put_together(*built);
  }
  if (!response) return std::nullopt;
  claims_.put_live_values(*response, request, prepared, [&] { return body; });
  return Answer{std::move(*response), built.has_value()};
}

std::optional<Interaction> StreamPlayer::claim(const StreamReplay::Asked& asked,
                                               std::uint32_t section, PreparedRequest& prepared) {
  // Who polls for long has asked the same many times; what is far ahead is built as well.
  constexpr std::size_t kMostTried = 64;
  std::size_t tried = 0;
  std::optional<Interaction> chosen;
  const auto fits = [&](std::uint32_t ordinal) {
    if (++tried > kMostTried) return false;
    std::optional<Interaction> candidate = tape_.read(ordinal);
    const bool good =
        candidate &&
        (prepared.renamed.empty() ||
         claims_.bindings().fit(prepared.renamed,
                                rules_.renamed_of(*candidate, tape_.index().keys)) >=
             Bindings::Fit::kOtherTimes) &&
        (!tape_.has_other_lines() || replay_ == nullptr || replay_->fits(asked, *candidate));
    if (good) chosen = std::move(candidate);
    return good;
  };
  Matcher::Asked poll;
  poll.hash = prepared.hash;
  poll.section = section;
  poll.optional = true;
  const std::optional<std::uint32_t> ordinal = claims_.matcher().claim(poll, fits);
  if (!ordinal) return std::nullopt;
  claims_.bind(prepared.renamed, *ordinal, prepared);
  return chosen;
}

std::optional<Response> StreamPlayer::put_together(const BuiltAnswer& answer) {
  Response response;
  response.body = answer.start;
  for (const RecordPlace& place : answer.records) {
    const auto record = tape_.read_bytes(place.frame, place.offset, place.bytes);
    if (!record) return std::nullopt;
    if (response.body.back() != '[') response.body += ',';
    response.body += *record;
  }
  response.body += answer.end;
  return response;
}

bool StreamPlayer::is_poll(std::uint32_t ordinal) {
  const auto [found, added] = polls_.try_emplace(ordinal, false);
  if (added) {
    const std::optional<Interaction> interaction = tape_.read(ordinal);
    found->second = interaction && is_stream_operation(interaction->operation);
  }
  return found->second;
}

const StreamTape* StreamPlayer::told(bool verify) {
  const bool matters = verify && tape_.has_other_lines() && streams_ != Streams::kTaped;
  if (!read_.load(std::memory_order_acquire) && !matters) return nullptr;
  return replay() != nullptr && stream_tape_->tells() ? &*stream_tape_ : nullptr;
}

}  // namespace dynadeck::cassettes
