#include "cassettes/player.h"

#include <utility>

#include "cassettes/matching/difference.h"
#include "harness/seam/random.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kMostUnplayedListed = 100;

// Rules that are given replace those that the tape was recorded with. A long tape of an earlier
// writer keeps to its own: others would mean reading all of it.
std::vector<MatchRule> rules_to_match(const CassetteOptions& options, const TapeReader& reader) {
  if (!options.match.empty()) return with_usual_rules(options.match);
  const std::vector<MatchRule>& taped = reader.header().match;
  return reader.has_index() ? taped : with_usual_rules(taped);
}

// What is behind the tape may have streams of its own.
bool has_others(const CassetteOptions& options) {
  return options.mode == Mode::kNewEpisodes || options.unmatched != Unmatched::kError;
}

}  // namespace

Outcome<std::unique_ptr<Player>, std::string> Player::open(const CassetteOptions& options,
                                                           const Clock& clock, Stats& stats,
                                                           bool lock) {
  auto reader = TapeReader::open(options.path, lock);
  if (!reader) return reader.error();
  if (!reader->damage().empty()) return options.path + ": " + reader->damage();
  const std::vector<MatchRule> given = rules_to_match(options, *reader);
  auto rules = MatchRules::make(given);
  if (!rules) return rules.error();
  auto redactor = Redactor::make(reader->header().redactions, reader->header().salt);
  if (!redactor) return redactor.error();
  // The stored hashes are good for the rules they were made with; others mean reading the tape.
  const bool stored = to_json(given) == to_json(reader->header().match);
  auto index = stored ? reader->index() : reader->build_index(*rules);
  if (!index) return index.error();
  return std::unique_ptr<Player>(
      new Player(std::move(reader).value(), std::move(index).value(), options,
                 ReplayRules(std::move(rules).value(), std::move(redactor).value()), clock, stats));
}

Player::Player(TapeReader reader, TapeIndex index, const CassetteOptions& options,
               ReplayRules rules, const Clock& clock, Stats& stats)
    : options_(options),
      stats_(stats),
      tape_(std::move(reader), std::move(index)),
      rules_(std::move(rules)),
      pace_(options.speed),
      claims_(tape_, rules_, options.order, options.repeat),
      streams_(tape_, rules_, claims_, pace_, options.streams, has_others(options), clock),
      refusals_(options.path, tape_, rules_, claims_, streams_) {}

std::optional<Response> Player::play(const Request& request, std::string_view section) {
  const std::optional<std::uint32_t> number = tape_.section_number(section);
  if (!number) return std::nullopt;
  if (streams_.answers(request)) return play_stream(request, *number);
  PreparedRequest prepared = rules_.prepare(request);
  const std::optional<std::uint32_t> ordinal = claims_.claim(request, *number, prepared);
  if (!ordinal) return std::nullopt;
  Response response;
  const bool plain = tape_.use_plain(*ordinal, [&](const PlainAnswer& answer) {
    response.status = answer.status;
    response.body = answer.body;
    response.error_code = answer.error_code;
    if (answer.request_number != 0) {
      response.headers.add("x-amzn-RequestId",
                           request_id_of(header().seed, answer.request_number - 1));
    } else if (!answer.request_id.empty()) {
      response.headers.add("x-amzn-RequestId", std::string(answer.request_id));
    }
    pace_.hold_back(response, {}, answer.duration);
  });
  if (!plain) {
    std::optional<Interaction> interaction = tape_.read(*ordinal);
    if (!interaction) return std::nullopt;
    response = pace_.answer(std::move(*interaction));
  }
  claims_.put_live_values(response, request, prepared, [&] {
    std::optional<Interaction> interaction = tape_.read(*ordinal);
    return interaction ? std::move(interaction->request) : std::string();
  });
  count_played();
  return response;
}

std::optional<Response> Player::play_stream(const Request& request, std::uint32_t section) {
  std::optional<StreamPlayer::Answer> answer = streams_.play(request, section);
  if (!answer) return std::nullopt;
  if (answer->built) built_.fetch_add(1, std::memory_order_relaxed);
  count_played();
  return std::move(answer->response);
}

void Player::count_played() {
  played_.fetch_add(1, std::memory_order_relaxed);
  stats_.exchanges_played.fetch_add(1, std::memory_order_relaxed);
}

Response Player::refuse(const Request& request, std::string_view section) {
  stats_.exchanges_unmatched.fetch_add(1, std::memory_order_relaxed);
  return refusals_.refuse(request, section);
}

bool Player::restart(std::string_view section) {
  const std::optional<std::uint32_t> number = tape_.section_number(section);
  if (!number) return tape_.was_marked(section);
  claims_.restart(*number);
  return true;
}

ReplayReport Player::report() {
  ReplayReport report;
  report.replayed = true;
  report.built = built_.load(std::memory_order_relaxed);
  report.verify = options_.verify;
  report.tape = options_.path;
  report.exchanges = tape_.index().size();
  const TapeReader& tape = tape_.reader();
  if (tape.lost_bytes() > 0 || !tape.tail_text().empty()) {
    report.cut_short = "the tape was cut short: " + std::to_string(tape_.index().size()) +
                       " exchanges of it can be played, and its last " +
                       std::to_string(tape.lost_bytes()) + " bytes are no whole line";
  }
  refusals_.tell(report);
  std::vector<std::uint32_t> unplayed;
  const StreamTape* const told = streams_.told(options_.verify);
  {
    const auto lock = claims_.lock();
    Matcher& matcher = claims_.matcher();
    report.played = played_.load(std::memory_order_relaxed);
    report.unplayed = matcher.unplayed();
    for (std::uint32_t i = matcher.first_unplayed(0); i < tape_.index().size(); ++i) {
      if (matcher.played(i)) continue;
      // How often a consumer polls is its own affair.
      if (told != nullptr && told->is_poll(i)) {
        --report.unplayed;
      } else if (unplayed.size() < kMostUnplayedListed) {
        unplayed.push_back(i);
      } else if (told == nullptr) {
        break;
      }
    }
    if (told != nullptr) report.held_back = streams_.held_back();
  }
  for (const std::uint32_t ordinal : unplayed) {
    const std::optional<Interaction> interaction = tape_.read(ordinal);
    if (!interaction) continue;
    report.unplayed_exchanges.push_back({interaction->sequence, interaction->section,
                                         interaction->operation,
                                         shortened(interaction->request, 4096)});
  }
  return report;
}

}  // namespace dynadeck::cassettes
