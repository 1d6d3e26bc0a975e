#include "cassettes/replay/refusals.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "cassettes/matching/difference.h"
#include "harness/seam/error.h"

namespace dynadeck::cassettes {
namespace {

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
constexpr std::string_view kErrorCode = "CassetteUnmatchedException";

std::string scope_text(const Request& request) {
  return request.scope.account + "/" + request.scope.region;
}

std::string listed(const std::vector<std::string>& lines, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(lines.size(), most); ++i) {
    out += (i == 0 ? "" : "; ") + shortened(lines[i], kSaidBytes);
  }
  if (lines.size() > most) out += "; and " + std::to_string(lines.size() - most) + " more";
  return out;
}

}  // namespace

Refusals::Refusals(std::string path, PlayedTape& tape, const ReplayRules& rules, Claims& claims,
                   StreamPlayer& streams)
    : path_(std::move(path)), tape_(tape), rules_(rules), claims_(claims), streams_(streams) {}

Response Refusals::refuse(const Request& request, std::string_view section) {
  std::uint64_t ordinal = 0;
  {
    const std::lock_guard lock(mutex_);
    ordinal = ++count_;
  }
  UnmatchedRequest unmatched;
  if (ordinal <= kMostExplained) {
    unmatched = explain(request, section);
    unmatched.ordinal = ordinal;
  }
  std::string text = "The cassette " + path_ + " has no answer to this " +
                     std::string(info(request.operation).name) + " in " + scope_text(request) +
                     ": " + shortened(rules_.prepare(request).body, 400) + ". ";
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
    explained_.push_back(std::move(unmatched));
  }
  return error_response(kErrorCode, text);
}

void Refusals::tell(ReplayReport& report) {
  const std::lock_guard lock(mutex_);
  report.unmatched = count_;
  report.unmatched_requests = explained_;
}

UnmatchedRequest Refusals::explain(const Request& request, std::string_view section) {
  UnmatchedRequest unmatched;
  unmatched.section = section;
  unmatched.operation = info(request.operation).name;
  unmatched.scope = scope_text(request);
  // As it would be taped: what is told here ends up in logs.
  unmatched.request = shortened(rules_.prepare(request).body, 64 << 10);
  std::optional<Interaction> nearest;
  if (!tape_.section_number(section)) {
    unmatched.reason = "The tape has no section " + std::string(section) + list_sections();
    return unmatched;
  }
  const std::string error = streams_.answers(request) ? streams_.error() : std::string();
  if (!error.empty()) {
    unmatched.reason = error + ".";
    return unmatched;
  }
  unmatched.reason = reason_for_same(request, section, nearest);
  if (unmatched.reason.empty()) {
    nearest = find_nearest(request, section, unmatched.differences);
    const bool same = nearest && nearest->operation == unmatched.operation;
    if (!same) {
      // Of a longer one not all is looked at.
      unmatched.reason = tape_.index().size() <= kMostCompared
                             ? "The tape holds no "
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

std::string Refusals::list_sections() const {
  const std::vector<std::string>& names = tape_.index().section_names;  // the first is no section
  if (names.size() < 2) return "; it has none.";
  const std::vector<std::string> all(names.begin() + 1, names.end());
  return "; it has: " + listed(all, kMostSectionsSaid) + ".";
}

// The request itself is on the tape, but may not be played now: why. Empty where it is not.
std::string Refusals::reason_for_same(const Request& request, std::string_view section,
                                      std::optional<Interaction>& nearest) {
  const std::uint32_t number = *tape_.section_number(section);
  std::optional<std::uint32_t> candidate;
  std::optional<std::uint32_t> missing;
  std::uint32_t expected = 0;
  std::size_t in_section = 0;
  bool unplayed = false;
  {
    const auto lock = claims_.lock();
    const PreparedRequest prepared = rules_.prepare(request);
    const std::vector<Claims::Reading> known = claims_.readings(request, prepared);
    const auto taped =
        std::find_if(known.begin(), known.end(), [&](const Claims::Reading& reading) {
          return !claims_.matcher().same(reading.hash).empty();
        });
    const Renamed& renamed = taped == known.end() ? prepared.renamed : taped->renamed;
    const std::uint64_t hash = taped == known.end() ? prepared.hash : taped->hash;
    // Best is one that is still to come, and of the values that are asked for.
    int best = -1;
    for (const std::uint32_t ordinal : claims_.matcher().same(hash)) {
      if (number != 0 && tape_.index().sections[ordinal] != number) continue;
      ++in_section;
      const bool open = !claims_.matcher().played(ordinal);
      unplayed = unplayed || open;
      const bool looks = !renamed.empty() && best < 3 && in_section <= kMostCompared;
      const Renamed* const recorded = looks ? claims_.renamed_in(ordinal) : nullptr;
      const bool fits = recorded != nullptr &&
                        claims_.bindings().fit(renamed, *recorded) >= Bindings::Fit::kOtherTimes;
      const int rank = (open ? 2 : 0) + (fits ? 1 : 0);
      if (rank <= best) continue;
      best = rank;
      candidate = ordinal;
    }
    if (!candidate) return {};
    missing = claims_.matcher().missing_predecessor(*candidate);
    expected = claims_.matcher().first_unplayed(number);
  }
  nearest = tape_.read(*candidate);
  if (!nearest) return "The tape cannot be read.";
  if (!unplayed) {
    std::string reason = "It was recorded " + std::to_string(in_section) + " time" +
                         (in_section == 1 ? "" : "s") + ", and all were played; ";
    if (claims_.repeat() == Repeat::kOnce) return reason + "--repeat last would answer it again.";
    return reason + "in strict order only the last answer of all is repeated.";
  }
  std::string reason = "It was recorded as exchange " + std::to_string(nearest->sequence) +
                       ", but its turn is not now: ";
  if (claims_.order() == Order::kStrict) {
    const std::optional<Interaction> next = tape_.read(expected);
    reason += next ? "the tape expects exchange " + std::to_string(next->sequence) + ", " +
                         next->operation + " " + shortened(next->request, 200) + ". "
                   : std::string("the tape is at its end. ");
    return reason + "--order item or free would accept it.";
  }
  const std::optional<Interaction> before = missing ? tape_.read(*missing) : std::nullopt;
  reason += before ? "exchange " + std::to_string(before->sequence) + ", " + before->operation +
                         " on the same item, has not been asked yet. "
                   : std::string("a later write to the same item was played already. ");
  return reason + "--order free would accept it.";
}

// Exchanges around the place where the section stands, those behind it first; of a long tape then
// some from everywhere.
std::vector<std::uint32_t> Refusals::candidates(std::uint32_t section) {
  const auto lock = claims_.lock();
  std::vector<std::uint32_t> found;
  const auto size = static_cast<std::uint32_t>(tape_.index().size());
  const auto look = [&](std::uint32_t from, std::uint32_t to, std::uint32_t step,
                        std::size_t most) {
    for (std::uint64_t i = from; i < to && found.size() < most; i += step) {
      const auto ordinal = static_cast<std::uint32_t>(i);
      if (section == 0 || tape_.index().sections[ordinal] == section) found.push_back(ordinal);
    }
  };
  const std::uint32_t here = std::min(claims_.matcher().place(section), size);
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
std::optional<Interaction> Refusals::find_nearest(const Request& request, std::string_view section,
                                                  std::vector<std::string>& differences_found) {
  const std::string_view operation = info(request.operation).name;
  const PreparedRequest prepared = rules_.prepare(request);
  std::string asked;
  {
    const auto lock = claims_.lock();
    Known known;
    if (rules_.renames()) {
      known = [&](const std::string& value) { return claims_.bindings().taped(value); };
    }
    asked = rules_.match().compared(operation, prepared.body, known);
  }
  std::optional<Interaction> nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const std::uint32_t ordinal : candidates(*tape_.section_number(section))) {
    std::optional<Interaction> other = tape_.read(ordinal);
    if (!other) continue;
    // What is not compared is no difference either.
    const std::string recorded = rules_.match().compared(operation, other->request);
    const std::size_t most = least / kOneDifference;
    std::size_t distance = count_differences(asked, recorded, most) * kOneDifference;
    if (other->operation != operation) distance += kOtherOperation;
    if (other->scope != request.scope) distance += 2;
    {
      const auto lock = claims_.lock();
      if (claims_.matcher().played(ordinal)) ++distance;
    }
    if (distance >= least) continue;
    least = distance;
    nearest = std::move(other);
    if (least == 0) break;
  }
  if (!nearest) return nearest;
  differences_found = differences(asked, rules_.match().compared(operation, nearest->request),
                                  "asked", "recorded", {kMostDifferences, kShownValueBytes});
  return nearest;
}

}  // namespace dynadeck::cassettes
