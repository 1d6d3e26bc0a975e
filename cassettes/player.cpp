#include "cassettes/player.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "cassettes/difference.h"
#include "cassettes/json_text.h"
#include "cassettes/match_hash.h"
#include "harness/error.h"
#include "harness/random.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kCacheBytes = std::size_t{32} << 20;
// How many recorded exchanges are looked at for the nearest one, and for how many requests.
constexpr std::size_t kMostCompared = 4000;
constexpr std::size_t kMostExplained = 100;
// What makes an exchange less near.
constexpr std::size_t kOneDifference = 4;
constexpr std::size_t kOtherOperation = 1'000'000;
// What is kept of the differences, and what of them an error says.
constexpr std::size_t kMostDifferences = 200;
constexpr std::size_t kShownValueBytes = 1000;
constexpr std::size_t kMostDifferencesSaid = 5;
constexpr std::size_t kSaidBytes = 300;
constexpr std::size_t kMostSectionsSaid = 10;
constexpr std::size_t kMostUnplayedListed = 100;
constexpr std::string_view kPseudonymStart = "redacted-";
constexpr std::string_view kErrorCode = "CassetteUnmatchedException";

std::string scope_text(const Request& request) {
  return request.scope.account + "/" + request.scope.region;
}

std::vector<Pattern> with_pseudonyms(std::vector<Pattern> patterns) {
  patterns.push_back(*Pattern::parse(std::string(kPseudonymStart) + "[0-9a-f]{16}"));
  return patterns;
}

std::string listed(const std::vector<std::string>& lines, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(lines.size(), most); ++i) {
    out += (i == 0 ? "" : "; ") + shortened(lines[i], kSaidBytes);
  }
  if (lines.size() > most) out += "; and " + std::to_string(lines.size() - most) + " more";
  return out;
}

// Rules that are given replace those that the tape was recorded with. A long tape of an earlier
// writer keeps to its own: others would mean reading all of it.
std::vector<MatchRule> rules_to_match(const CassetteOptions& options, const TapeReader& reader) {
  if (!options.match.empty()) return with_usual_rules(options.match);
  const std::vector<MatchRule>& taped = reader.header().match;
  return reader.has_index() ? taped : with_usual_rules(taped);
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
  return std::unique_ptr<Player>(new Player(std::move(reader).value(), std::move(index).value(),
                                            options, std::move(rules).value(),
                                            std::move(redactor).value(), clock, stats));
}

Player::Player(TapeReader reader, TapeIndex index, const CassetteOptions& options, MatchRules rules,
               Redactor redactor, const Clock& clock, Stats& stats)
    : options_(options),
      stats_(stats),
      index_(std::move(index)),
      cache_(std::move(reader), index_.frames, kCacheBytes),
      rules_(std::move(rules)),
      patterns_(rules_.patterns()),
      patterns_and_pseudonyms_(with_pseudonyms(patterns_)),
      redactor_(std::move(redactor)),
      clock_(clock),
      matcher_(index_, options.order, options.repeat),
      renamed_index_([this](std::uint32_t ordinal) -> std::optional<Renamed> {
        const std::optional<Interaction> interaction = read(ordinal);
        return interaction ? std::optional(renamed_of(*interaction)) : std::nullopt;
      }) {
  for (std::uint32_t i = 1; i < index_.section_names.size(); ++i) {
    section_numbers_[index_.section_names[i]] = i;
  }
  for (std::size_t i = 1; i < index_.frames.size(); ++i) {
    if (index_.frames[i].lines > index_.frames[i].exchanges) has_other_lines_ = true;
  }
  if (options_.streams != Streams::kTaped) {
    matcher_.set_optional([this](std::uint32_t ordinal) { return is_poll(ordinal); });
  }
}

std::optional<std::uint32_t> Player::section_number(std::string_view name) const {
  if (name.empty()) return 0;
  const auto found = section_numbers_.find(std::string(name));
  if (found == section_numbers_.end()) return std::nullopt;
  return found->second;
}

Player::Prepared Player::prepare(const Request& request) const {
  Prepared prepared;
  prepared.body = request.body;
  if (!redactor_.empty()) {
    prepared.redacted = redactor_.request(request.body, prepared.found);
    prepared.body = prepared.redacted;
  }
  thread_local RequestScan scan;
  scan_request(prepared.body, scan);
  prepared.scan = &scan;
  const std::string_view operation = info(request.operation).name;
  prepared.hash =
      !rules_.concern(operation)
          ? match_hash(operation, request.scope.account, request.scope.region, scan.body.hash)
          : rules_.hash(operation, request.scope.account, request.scope.region, prepared.body,
                        &prepared.renamed);
  return prepared;
}

Renamed Player::renamed_of(const Interaction& interaction) const {
  Renamed renamed;
  rules_.hash(interaction.operation, interaction.scope.account, interaction.scope.region,
              interaction.request, &renamed);
  return renamed;
}

std::optional<Interaction> Player::read(std::uint32_t ordinal) {
  auto interaction = cache_.read(index_.place(ordinal));
  if (!interaction) return std::nullopt;
  return std::move(interaction).value();
}

std::optional<Response> Player::play(const Request& request, std::string_view section) {
  const std::optional<std::uint32_t> number = section_number(section);
  if (!number) return std::nullopt;
  if (info(request.operation).api == Api::kStreams && options_.streams != Streams::kTaped) {
    return play_stream(request, *number);
  }
  Prepared prepared = prepare(request);
  const std::optional<std::uint32_t> ordinal = claim(request, *number, prepared);
  if (!ordinal) return std::nullopt;
  Response response;
  const bool plain = cache_.use_plain(index_.place(*ordinal), [&](const PlainAnswer& answer) {
    response.status = answer.status;
    response.body = answer.body;
    response.error_code = answer.error_code;
    if (answer.request_number != 0) {
      response.headers.add("x-amzn-RequestId",
                           request_id_of(header().seed, answer.request_number - 1));
    } else if (!answer.request_id.empty()) {
      response.headers.add("x-amzn-RequestId", std::string(answer.request_id));
    }
    hold_back(response, {}, answer.duration);
  });
  if (!plain) {
    std::optional<Interaction> interaction = read(*ordinal);
    if (!interaction) return std::nullopt;
    response = to_response(std::move(*interaction));
  }
  put_live_values(response, prepared);
  played_.fetch_add(1, std::memory_order_relaxed);
  stats_.exchanges_played.fetch_add(1, std::memory_order_relaxed);
  return response;
}

std::optional<std::uint32_t> Player::claim(const Request& request, std::uint32_t section,
                                           Prepared& prepared) {
  // One for each worker: most requests are like the one before.
  thread_local LaneFinder finder;
  const Lanes* const lanes =
      options_.order == Order::kStrict
          ? nullptr
          : &finder.find(info(request.operation).name, request.scope.account, request.scope.region,
                         prepared.body, *prepared.scan, index_.keys, true);
  Matcher::Asked asked;
  asked.hash = prepared.hash;
  asked.section = section;
  asked.lanes = lanes;
  const std::lock_guard lock(mutex_);
  Renamed renamed;
  if (const auto hash = hash_of_known(request, prepared, renamed)) {
    Matcher::Asked known = asked;
    known.hash = *hash;
    const std::optional<std::uint32_t> ordinal = claim_renamed(known, renamed);
    if (ordinal) {
      bind(renamed, *ordinal, prepared);
      return ordinal;
    }
  }
  const std::optional<std::uint32_t> ordinal = claim_renamed(asked, prepared.renamed);
  if (ordinal) bind(prepared.renamed, *ordinal, prepared);
  return ordinal;
}

std::optional<std::uint64_t> Player::hash_of_known(const Request& request, const Prepared& prepared,
                                                   Renamed& renamed) const {
  if (!rules_.renames() || bindings_.empty()) return std::nullopt;
  const std::uint64_t hash = rules_.hash(info(request.operation).name, request.scope.account,
                                         request.scope.region, prepared.body, &renamed, &bindings_);
  return hash == prepared.hash ? std::nullopt : std::optional(hash);
}

std::optional<std::uint32_t> Player::claim_renamed(Matcher::Asked asked, const Renamed& renamed) {
  if (renamed.empty()) return matcher_.claim(asked);
  bool waits = false;  // there is one that fits, but its turn is not now
  const auto at_least = [&](Bindings::Fit least) {
    return [&, least](std::uint32_t ordinal) {
      const Renamed* const recorded = renamed_index_.of(ordinal);
      const bool good = recorded != nullptr && bindings_.fit(renamed, *recorded) >= least;
      waits = waits || (good && least == Bindings::Fit::kExact && !matcher_.played(ordinal));
      return good;
    };
  };
  const auto exact = at_least(Bindings::Fit::kExact);
  const std::optional<std::vector<std::string>> taped = bindings_.taped(renamed);
  if (taped && options_.order != Order::kStrict) {
    std::optional<std::uint32_t> chosen;
    renamed_index_.find(matcher_.same(asked.hash), *taped, [&](auto some) {
      asked.among = some;
      chosen = matcher_.claim(asked, exact);
      return chosen.has_value() || waits;
    });
    asked.among.reset();
    if (chosen || waits) return chosen;
  }
  std::optional<std::uint32_t> chosen = matcher_.claim(asked, exact);
  if (chosen || waits) return chosen;
  // Of requests that are alike one was played in another's place, and now they differ: the order is
  // that of the other's item.
  asked.any_order = true;
  chosen = matcher_.claim(asked, at_least(Bindings::Fit::kTakesOver));
  return chosen ? chosen : matcher_.claim(asked);
}

void Player::bind(const Renamed& asked, std::uint32_t ordinal, Prepared& prepared) {
  if (asked.empty()) return;
  const Renamed* const recorded = renamed_index_.of(ordinal);
  if (recorded == nullptr) return;
  bindings_.bind(asked, *recorded);
  for (std::size_t i = 0; i < std::min(asked.size(), recorded->size()); ++i) {
    prepared.stands_for.insert_or_assign((*recorded)[i].second, asked[i].second);
  }
}

// Makes the response wait as it did when it was taped.
void Player::hold_back(Response& response, std::chrono::nanoseconds waited,
                       std::chrono::microseconds duration) const {
  std::chrono::nanoseconds delay = waited;
  if (options_.speed > 0) {
    const double scaled = static_cast<double>(duration.count()) * 1000 / options_.speed;
    const std::chrono::nanoseconds taped(std::llround(std::min(scaled, 8.64e13)));
    delay = std::max(delay, taped);
  }
  if (delay.count() <= 0) return;
  if (!response.delivery) response.delivery.emplace();
  response.delivery->delay += delay;
}

// What the replay's own requests hold instead of taped values stands in its answers too.
void Player::put_live_values(Response& response, const Prepared& prepared) {
  if (!rules_.renames() && redactor_.empty()) return;
  const std::lock_guard lock(mutex_);
  // Who sent a secret gets it back.
  for (const auto& [original, pseudonym] : prepared.found) bindings_.bind(pseudonym, original);
  if (bindings_.empty()) return;
  // Its own first: meanwhile others may have given the same names new meanings.
  // Pseudonyms stand inside messages and in names, too.
  const bool inside =
      !redactor_.empty() && response.body.find(kPseudonymStart) != std::string::npos;
  response.body = bindings_.apply(
      std::move(response.body), inside ? patterns_and_pseudonyms_ : patterns_, prepared.stands_for);
}

Response Player::to_response(Interaction interaction) const {
  Response response;
  response.status = interaction.status;
  response.content_type = std::move(interaction.content_type);
  response.body = std::move(interaction.response);
  response.error_code = std::move(interaction.error_code);
  response.faults = std::move(interaction.faults);
  response.delivery = interaction.delivery;
  response.headers = std::move(interaction.headers);
  if (!interaction.request_id.empty()) {
    response.headers.set("x-amzn-RequestId", interaction.request_id);
  }
  hold_back(response, interaction.waited, interaction.duration);
  return response;
}

Response Player::refuse(const Request& request, std::string_view section) {
  stats_.exchanges_unmatched.fetch_add(1, std::memory_order_relaxed);
  std::uint64_t ordinal = 0;
  {
    const std::lock_guard lock(mutex_);
    ordinal = ++unmatched_;
  }
  UnmatchedRequest unmatched;
  if (ordinal <= kMostExplained) {
    unmatched = explain(request, section);
    unmatched.ordinal = ordinal;
  }
  std::string text = "The cassette " + options_.path + " has no answer to this " +
                     std::string(info(request.operation).name) + " in " + scope_text(request) +
                     ": " + shortened(prepare(request).body, 400) + ". ";
  if (ordinal > kMostExplained) {
    text += "It is unmatched request " + std::to_string(ordinal) + "; the first " +
            std::to_string(kMostExplained) + " are explained.";
    return error_response(kErrorCode, text);
  }
  text += unmatched.reason;
  if (!unmatched.differences.empty()) {
    text += " What differs: " + listed(unmatched.differences, kMostDifferencesSaid) + ".";
  }
  text +=
      " GET /_dynadeck/cassette/unmatched shows it in full; --mode new-episodes or"
      " --unmatched record would add it to the tape.";
  {
    const std::lock_guard lock(mutex_);
    unmatched_requests_.push_back(std::move(unmatched));
  }
  return error_response(kErrorCode, text);
}

UnmatchedRequest Player::explain(const Request& request, std::string_view section) {
  UnmatchedRequest unmatched;
  unmatched.section = section;
  unmatched.operation = info(request.operation).name;
  unmatched.scope = scope_text(request);
  // As it would be taped: what is told here ends up in logs.
  unmatched.request = shortened(prepare(request).body, 64 << 10);
  std::optional<Interaction> nearest;
  if (!section_number(section)) {
    unmatched.reason = "The tape has no section " + std::string(section) + list_sections();
    return unmatched;
  }
  const bool about_streams =
      info(request.operation).api == Api::kStreams && options_.streams != Streams::kTaped;
  if (about_streams && streams() == nullptr) {
    unmatched.reason = streams_error_ + ".";
    return unmatched;
  }
  unmatched.reason = reason_for_same(request, section, nearest);
  if (unmatched.reason.empty()) {
    nearest = find_nearest(request, section, unmatched.differences);
    const bool same = nearest && nearest->operation == unmatched.operation;
    if (!same) {
      // Of a longer one not all is looked at.
      unmatched.reason = index_.size() <= kMostCompared ? "The tape holds no "
                                                        : "Near this place the tape holds no ";
      unmatched.reason += unmatched.operation +
                          (section.empty() ? "." : " in section " + std::string(section) + ".");
    }
    if (nearest) {
      unmatched.reason += same ? "The nearest recorded one is exchange "
                               : " The nearest recorded request is exchange ";
      unmatched.reason += std::to_string(nearest->sequence) +
                          (same ? "" : ", " + nearest->operation) + ": " +
                          shortened(nearest->request, 400) + ".";
    }
  }
  if (nearest) {
    unmatched.nearest = nearest->sequence;
    unmatched.nearest_request = shortened(nearest->request, 64 << 10);
    const std::string scope = nearest->scope.account + "/" + nearest->scope.region;
    if (scope != unmatched.scope) {
      unmatched.differences.insert(unmatched.differences.begin(),
                                   "scope: asked " + unmatched.scope + ", recorded " + scope);
    }
  }
  return unmatched;
}

std::string Player::list_sections() const {
  const std::vector<std::string>& names = index_.section_names;  // the first is no section
  if (names.size() < 2) return "; it has none.";
  const std::vector<std::string> all(names.begin() + 1, names.end());
  return "; it has: " + listed(all, kMostSectionsSaid) + ".";
}

// The request itself is on the tape, but may not be played now: why. Empty where it is not.
std::string Player::reason_for_same(const Request& request, std::string_view section,
                                    std::optional<Interaction>& nearest) {
  const std::uint32_t number = *section_number(section);
  std::optional<std::uint32_t> candidate;
  std::optional<std::uint32_t> missing;
  std::uint32_t expected = 0;
  std::size_t in_section = 0;
  bool unplayed = false;
  {
    const std::lock_guard lock(mutex_);
    const Prepared prepared = prepare(request);
    Renamed renamed;
    const auto known = hash_of_known(request, prepared, renamed);
    const bool by_known = known && !matcher_.same(*known).empty();
    if (!by_known) renamed = prepared.renamed;
    // Best is one that is still to come, and of the values that are asked for.
    int best = -1;
    for (const std::uint32_t ordinal : matcher_.same(by_known ? *known : prepared.hash)) {
      if (number != 0 && index_.sections[ordinal] != number) continue;
      ++in_section;
      const bool open = !matcher_.played(ordinal);
      unplayed = unplayed || open;
      const bool looks = !renamed.empty() && best < 3 && in_section <= kMostCompared;
      const Renamed* const recorded = looks ? renamed_index_.of(ordinal) : nullptr;
      const bool fits =
          recorded != nullptr && bindings_.fit(renamed, *recorded) == Bindings::Fit::kExact;
      const int rank = (open ? 2 : 0) + (fits ? 1 : 0);
      if (rank <= best) continue;
      best = rank;
      candidate = ordinal;
    }
    if (!candidate) return {};
    missing = matcher_.missing_predecessor(*candidate);
    expected = matcher_.first_unplayed(number);
  }
  nearest = read(*candidate);
  if (!nearest) return "The tape cannot be read.";
  if (!unplayed) {
    std::string reason = "It was recorded " + std::to_string(in_section) + " time" +
                         (in_section == 1 ? "" : "s") + ", and all were played; ";
    if (options_.repeat == Repeat::kOnce) return reason + "--repeat last would answer it again.";
    return reason + "in strict order only the last answer of all is repeated.";
  }
  std::string reason = "It was recorded as exchange " + std::to_string(nearest->sequence) +
                       ", but its turn is not now: ";
  if (options_.order == Order::kStrict) {
    const std::optional<Interaction> next = read(expected);
    reason += next ? "the tape expects exchange " + std::to_string(next->sequence) + ", " +
                         next->operation + " " + shortened(next->request, 200) + ". "
                   : std::string("the tape is at its end. ");
    return reason + "--order item or free would accept it.";
  }
  const std::optional<Interaction> before = missing ? read(*missing) : std::nullopt;
  reason += before ? "exchange " + std::to_string(before->sequence) + ", " + before->operation +
                         " on the same item, has not been asked yet. "
                   : std::string("a later write to the same item was played already. ");
  return reason + "--order free would accept it.";
}

// Exchanges around the place where the section stands, those behind it first; of a long tape then
// some from everywhere.
std::vector<std::uint32_t> Player::candidates(std::uint32_t section) {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint32_t> found;
  const auto size = static_cast<std::uint32_t>(index_.size());
  const auto look = [&](std::uint32_t from, std::uint32_t to, std::uint32_t step,
                        std::size_t most) {
    for (std::uint64_t i = from; i < to && found.size() < most; i += step) {
      const auto ordinal = static_cast<std::uint32_t>(i);
      if (section == 0 || index_.sections[ordinal] == section) found.push_back(ordinal);
    }
  };
  const std::uint32_t here = std::min(matcher_.place(section), size);
  if (size <= kMostCompared) {
    look(here, size, 1, size);
    look(0, here, 1, size);
    return found;
  }
  const std::uint32_t before = here - std::min(here, static_cast<std::uint32_t>(kMostCompared / 4));
  look(here, size, 1, kMostCompared / 2);
  look(before, here, 1, kMostCompared * 3 / 4);
  const std::size_t room = kMostCompared - found.size();
  look(0, size, static_cast<std::uint32_t>(size / room + 1), kMostCompared);
  return found;
}

// The exchange of the same operation with the fewest differences; among those the ones of the same
// account and region, and those that are unplayed. Without one, an exchange of another operation.
std::optional<Interaction> Player::find_nearest(const Request& request, std::string_view section,
                                                std::vector<std::string>& differences_found) {
  const std::string_view operation = info(request.operation).name;
  const Prepared prepared = prepare(request);
  std::string asked;
  {
    const std::lock_guard lock(mutex_);
    asked = rules_.compared(operation, prepared.body, rules_.renames() ? &bindings_ : nullptr);
  }
  std::optional<Interaction> nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const std::uint32_t ordinal : candidates(*section_number(section))) {
    std::optional<Interaction> other = read(ordinal);
    if (!other) continue;
    // What is not compared is no difference either.
    const std::string recorded = rules_.compared(operation, other->request);
    const std::size_t most = least / kOneDifference;
    std::size_t distance = count_differences(asked, recorded, most) * kOneDifference;
    if (other->operation != operation) distance += kOtherOperation;
    if (other->scope != request.scope) distance += 2;
    {
      const std::lock_guard lock(mutex_);
      if (matcher_.played(ordinal)) ++distance;
    }
    if (distance >= least) continue;
    least = distance;
    nearest = std::move(other);
    if (least == 0) break;
  }
  if (!nearest) return nearest;
  differences_found = differences(asked, rules_.compared(operation, nearest->request), "asked",
                                  "recorded", {kMostDifferences, kShownValueBytes});
  return nearest;
}

// The index knows the sections of exchanges: for others the tape is read, once.
bool Player::was_marked(std::string_view section) {
  if (!has_other_lines_) return false;
  std::call_once(marks_once_, [this] {
    (void)cache_.reader().for_each_line([this](std::string_view line, std::size_t) {
      if (line_type(line) == "mark") marks_.insert(string_value(find_member(line, "section")));
      return true;
    });
  });
  return marks_.contains(std::string(section));
}

bool Player::restart(std::string_view section) {
  const std::optional<std::uint32_t> number = section_number(section);
  if (!number) return was_marked(section);
  const std::lock_guard lock(mutex_);
  matcher_.restart(*number);
  return true;
}

ReplayReport Player::report() {
  ReplayReport report;
  report.replayed = true;
  report.built = built_.load(std::memory_order_relaxed);
  report.verify = options_.verify;
  report.tape = options_.path;
  report.exchanges = index_.size();
  const TapeReader& tape = cache_.reader();
  if (tape.lost_bytes() > 0 || !tape.tail_text().empty()) {
    report.cut_short = "the tape was cut short: " + std::to_string(index_.size()) +
                       " exchanges of it can be played, and its last " +
                       std::to_string(tape.lost_bytes()) + " bytes are no whole line";
  }
  std::vector<std::uint32_t> unplayed;
  const StreamTape* const told = told_streams();
  {
    const std::lock_guard lock(mutex_);
    report.played = played_.load(std::memory_order_relaxed);
    report.unmatched = unmatched_;
    report.unplayed = matcher_.unplayed();
    report.unmatched_requests = unmatched_requests_;
    for (std::uint32_t i = matcher_.first_unplayed(0); i < index_.size(); ++i) {
      if (matcher_.played(i)) continue;
      // How often a consumer polls is its own affair.
      if (told != nullptr && told->is_poll(i)) {
        --report.unplayed;
      } else if (unplayed.size() < kMostUnplayedListed) {
        unplayed.push_back(i);
      } else if (told == nullptr) {
        break;
      }
    }
    if (told != nullptr) report.held_back = stream_replay_->held_back();
  }
  for (const std::uint32_t ordinal : unplayed) {
    const std::optional<Interaction> interaction = read(ordinal);
    if (!interaction) continue;
    report.unplayed_exchanges.push_back({interaction->sequence, interaction->section,
                                         interaction->operation,
                                         shortened(interaction->request, 4096)});
  }
  return report;
}

}  // namespace dynadeck::cassettes
