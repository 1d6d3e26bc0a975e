#include "cassettes/player.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cassettes/json/text.h"
#include "cassettes/matching/difference.h"
#include "cassettes/matching/hash.h"
#include "harness/seam/random.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kCacheBytes = std::size_t{32} << 20;
constexpr std::size_t kMostUnplayedListed = 100;

std::vector<Pattern> with_pseudonyms(std::vector<Pattern> patterns) {
  patterns.push_back(*Pattern::parse(Pseudonyms::expression()));
  return patterns;
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
      live_keys_(index_.keys),
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
  if (renamed.empty()) return renamed;
  const PlacedItems items =
      PlacedItems::of_request(interaction.scope, interaction.request, index_.keys);
  for (RenamedValue& value : renamed) {
    value.owner = items.at(value.place);
    value.refused = interaction.status != 200;
  }
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
  put_live_values(response, request, prepared, [&] {
    std::optional<Interaction> interaction = read(*ordinal);
    return interaction ? std::move(interaction->request) : std::string();
  });
  played_.fetch_add(1, std::memory_order_relaxed);
  stats_.exchanges_played.fetch_add(1, std::memory_order_relaxed);
  return response;
}

std::optional<std::uint32_t> Player::claim(const Request& request, std::uint32_t section,
                                           Prepared& prepared) {
  // One for each worker: most requests are like the one before.
  thread_local LaneFinder finder;
  const auto lanes = [&](const KeySchemas& keys) -> const Lanes* {
    if (options_.order == Order::kStrict) return nullptr;
    return &finder.find(info(request.operation).name, request.scope.account, request.scope.region,
                        prepared.body, *prepared.scan, keys, true);
  };
  Matcher::Asked asked;
  asked.hash = prepared.hash;
  asked.section = section;
  if (!rules_.renames()) asked.lanes = lanes(index_.keys);
  const std::lock_guard lock(mutex_);
  if (rules_.renames()) asked.lanes = lanes(keys_of_tables(prepared));
  for (const Reading& reading : readings(request, prepared)) {
    Matcher::Asked known = asked;
    known.hash = reading.hash;
    const std::optional<std::uint32_t> ordinal = claim_renamed(known, reading.renamed);
    if (ordinal) bind(reading.renamed, *ordinal, prepared);
    if (ordinal || (reading.sure && !matcher_.same(reading.hash).empty())) return ordinal;
  }
  const std::optional<std::uint32_t> ordinal = claim_renamed(asked, prepared.renamed);
  if (ordinal) bind(prepared.renamed, *ordinal, prepared);
  return ordinal;
}

const KeySchemas& Player::keys_of_tables(const Prepared& prepared) {
  const auto learn = [&](std::string_view table) {
    if (live_keys_.find(table) != nullptr) return;
    std::string name;
    append_quoted(name, table);
    live_keys_.alias(table, string_value(bindings_.revert(std::move(name), patterns_)));
  };
  if (prepared.scan->table.empty()) {
    const RequestView request(prepared.body);
    for (const std::string& table : request.tables()) learn(table);
  } else {
    learn(table_name_of(prepared.scan->table));
  }
  return live_keys_;
}

std::vector<Player::Reading> Player::readings(const Request& request,
                                              const Prepared& prepared) const {
  std::vector<Reading> found;
  if (!rules_.renames() || bindings_.empty()) return found;
  const std::string body(prepared.body);
  const std::vector<Bindings::Values> choices = bindings_.readings(body);
  for (const Bindings::Values& chosen : choices) {
    const auto taped = [&](const std::string& value) {
      const auto choice = chosen.find(value);
      return choice != chosen.end() ? &choice->second : bindings_.taped(value);
    };
    Reading& reading = found.emplace_back();
    reading.hash = rules_.hash(info(request.operation).name, request.scope.account,
                               request.scope.region, body, &reading.renamed, taped);
    if (reading.hash == prepared.hash) {
      found.pop_back();
      continue;
    }
    reading.sure = choices.size() > 1 &&
                   bindings_.confirmed(
                       chosen, body,
                       PlacedItems::of_request(
                           request.scope, bindings_.revert(body, patterns_, chosen), index_.keys));
  }
  std::stable_partition(found.begin(), found.end(),
                        [](const Reading& reading) { return reading.sure; });
  return found;
}

std::optional<std::uint32_t> Player::claim_renamed(Matcher::Asked asked, const Renamed& renamed) {
  if (renamed.empty()) return matcher_.claim(asked);
  using Fit = Bindings::Fit;
  bool waits = false;  // there is one that fits, but its turn is not now
  const auto claim = [&](Fit least) {
    return matcher_.claim(asked, [&](std::uint32_t ordinal) {
      const Renamed* const recorded = renamed_index_.of(ordinal);
      const bool good = recorded != nullptr && bindings_.fit(renamed, *recorded) >= least;
      waits = waits || (good && least >= Fit::kOtherTimes && !matcher_.played(ordinal));
      return good;
    });
  };
  // Of writes that differ in times only the next on the tape is meant; of reads the one of that
  // time.
  const bool writes = asked.lanes != nullptr && asked.lanes->writes;
  std::optional<std::uint32_t> chosen;
  if (options_.order != Order::kStrict) {
    const auto known = bindings_.all_taped(identifying(renamed));
    for (const Fit least : {Fit::kSameItem, Fit::kExact, Fit::kOtherTimes}) {
      if (writes && least == Fit::kExact) continue;
      for (const std::vector<std::string>& values : known) {
        renamed_index_.find(matcher_.same(asked.hash), values, [&](auto some) {
          asked.among = some;
          chosen = claim(least);
          return chosen.has_value();
        });
        if (chosen) return chosen;
      }
    }
    asked.among.reset();
    if (waits) return std::nullopt;
  }
  if (!writes) chosen = claim(Fit::kExact);
  if (!chosen) chosen = claim(Fit::kOtherTimes);
  if (chosen || waits) return chosen;
  // Of requests that are alike one was played in another's place, and now they differ: the order is
  // that of the other's item.
  asked.any_order = true;
  chosen = claim(Fit::kTakesOver);
  return chosen ? chosen : matcher_.claim(asked);
}

void Player::bind(const Renamed& asked, std::uint32_t ordinal, Prepared& prepared) {
  if (asked.empty()) return;
  const Renamed* const recorded = renamed_index_.of(ordinal);
  if (recorded == nullptr) return;
  const std::string returned = string_value(find_member(prepared.body, "ReturnValues"));
  bindings_.bind(asked, *recorded, returned.ends_with("_OLD") ? &prepared.before : nullptr);
  std::vector<const std::string*> contested;
  for (std::size_t i = 0; i < std::min(asked.size(), recorded->size()); ++i) {
    const auto own = prepared.stands_for.try_emplace((*recorded)[i].value, asked[i].value).first;
    if (own->second != asked[i].value) contested.push_back(&(*recorded)[i].value);
  }
  for (const std::string* value : contested) prepared.stands_for.erase(*value);
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
void Player::put_live_values(Response& response, const Request& request, const Prepared& prepared,
                             const std::function<std::string()>& taped) {
  if (!rules_.renames() && redactor_.empty()) return;
  const std::lock_guard lock(mutex_);
  // Who sent a secret gets it back.
  for (const auto& [original, pseudonym] : prepared.found) bindings_.bind(pseudonym, original);
  if (bindings_.empty()) return;
  // Its own first: meanwhile others may have given the same names new meanings.
  // Pseudonyms stand inside messages and in names, too.
  const bool inside =
      !redactor_.empty() && Pseudonyms::find(response.body, 0).begin != std::string::npos;
  const std::string answer = std::move(response.body);
  response.body = bindings_.apply(
      answer, inside ? patterns_and_pseudonyms_ : patterns_, prepared.stands_for,
      [&] { return PlacedItems::of_answer(request.scope, taped(), answer, index_.keys); },
      prepared.before);
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
