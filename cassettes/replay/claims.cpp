#include "cassettes/replay/claims.h"

#include <algorithm>
#include <utility>

#include "cassettes/json/text.h"
#include "cassettes/matching/placed_items.h"
#include "cassettes/redaction/pseudonyms.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {

Claims::Claims(PlayedTape& tape, const ReplayRules& rules, Order order, Repeat repeat)
    : tape_(tape),
      rules_(rules),
      order_(order),
      repeat_(repeat),
      live_keys_(tape.index().keys),
      matcher_(tape.index(), order, repeat),
      renamed_index_([this](std::uint32_t ordinal) -> std::optional<Renamed> {
        const std::optional<Interaction> interaction = tape_.read(ordinal);
        return interaction ? std::optional(rules_.renamed_of(*interaction, tape_.index().keys))
                           : std::nullopt;
      }) {}

std::optional<std::uint32_t> Claims::claim(const Request& request, std::uint32_t section,
                                           PreparedRequest& prepared) {
  // One for each worker: most requests are like the one before.
  thread_local LaneFinder finder;
  const auto lanes = [&](const KeySchemas& keys) -> const Lanes* {
    if (order_ == Order::kStrict) return nullptr;
    return &finder.find(info(request.operation).name, request.scope.account, request.scope.region,
                        prepared.body, *prepared.scan, keys, true);
  };
  Matcher::Asked asked;
  asked.hash = prepared.hash;
  asked.section = section;
  if (!rules_.renames()) asked.lanes = lanes(tape_.index().keys);
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

const KeySchemas& Claims::keys_of_tables(const PreparedRequest& prepared) {
  const auto learn = [&](std::string_view table) {
    if (live_keys_.find(table) != nullptr) return;
    std::string name;
    append_quoted(name, table);
    live_keys_.alias(table, string_value(bindings_.revert(std::move(name), rules_.patterns())));
  };
  if (prepared.scan->table.empty()) {
    const RequestView request(prepared.body);
    for (const std::string& table : request.tables()) learn(table);
  } else {
    learn(table_name_of(prepared.scan->table));
  }
  return live_keys_;
}

std::vector<Claims::Reading> Claims::readings(const Request& request,
                                              const PreparedRequest& prepared) const {
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
    reading.hash = rules_.match().hash(info(request.operation).name, request.scope.account,
                                       request.scope.region, body, &reading.renamed, taped);
    if (reading.hash == prepared.hash) {
      found.pop_back();
      continue;
    }
    reading.sure =
        choices.size() > 1 &&
        bindings_.confirmed(chosen, body,
                            PlacedItems::of_request(
                                request.scope, bindings_.revert(body, rules_.patterns(), chosen),
                                tape_.index().keys));
  }
  std::stable_partition(found.begin(), found.end(),
                        [](const Reading& reading) { return reading.sure; });
  return found;
}

std::optional<std::uint32_t> Claims::claim_renamed(Matcher::Asked asked, const Renamed& renamed) {
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
  if (order_ != Order::kStrict) {
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

void Claims::bind(const Renamed& asked, std::uint32_t ordinal, PreparedRequest& prepared) {
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

void Claims::put_live_values(Response& response, const Request& request,
                             const PreparedRequest& prepared,
                             const std::function<std::string()>& taped) {
  if (!rules_.renames() && !rules_.redacts()) return;
  const std::lock_guard lock(mutex_);
  // Who sent a secret gets it back.
  for (const auto& [original, pseudonym] : prepared.found) bindings_.bind(pseudonym, original);
  if (bindings_.empty()) return;
  // Its own first: meanwhile others may have given the same names new meanings.
  // Pseudonyms stand inside messages and in names, too.
  const bool inside =
      rules_.redacts() && Pseudonyms::find(response.body, 0).begin != std::string::npos;
  const std::string answer = std::move(response.body);
  response.body = bindings_.apply(
      answer, inside ? rules_.patterns_and_pseudonyms() : rules_.patterns(), prepared.stands_for,
      [&] { return PlacedItems::of_answer(request.scope, taped(), answer, tape_.index().keys); },
      prepared.before);
}

void Claims::restart(std::uint32_t section) {
  const std::lock_guard lock(mutex_);
  matcher_.restart(section);
}

}  // namespace dynadeck::cassettes
