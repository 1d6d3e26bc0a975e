#include "cassettes/matching/bindings.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cassettes/json/path.h"
#include "cassettes/json/text.h"
#include "cassettes/matching/hash.h"

namespace dynadeck::cassettes {
namespace {

// Beyond that, values are no longer renamed: they take about 600 bytes each.
constexpr std::size_t kMostBindings = 200'000;
// Of those that a value stood for; what is older is found in the order of the tape only.
constexpr std::size_t kMostOthers = 16;
// Ways to choose among what several values of a request may stand for.
constexpr std::size_t kMostChoices = 64;

std::uint64_t hash_of_pair(const std::string& recorded, const std::string& asked) {
  return combine(hash_text(recorded), hash_text(asked));
}

// Every way to take one of each, the first ones of all before the others.
std::vector<std::vector<std::string>> choices(
    const std::vector<std::vector<std::string>>& possible) {
  std::vector<std::vector<std::string>> ways(1);
  for (const std::vector<std::string>& some : possible) {
    std::vector<std::vector<std::string>> longer;
    for (const std::string& next : some) {
      for (const std::vector<std::string>& way : ways) {
        if (longer.size() >= kMostChoices) break;
        longer.push_back(way);
        longer.back().push_back(next);
      }
    }
    ways = std::move(longer);
  }
  return ways;
}

// other: what stands for a value there, or null.
template <typename Other>
std::string replaced(std::string body, const std::vector<Pattern>& patterns, const Other& other) {
  bool changed = false;
  Places here;
  const auto replacement_of = [&](std::string_view value) {
    const std::string text(value);
    const std::string* const found = other(text, here);
    if (found == nullptr || *found == text) return text;
    changed = true;
    return *found;
  };
  const Visit visit = [&](Places places, std::string_view raw, std::string& replacement) {
    if (!raw.starts_with('"')) return Rewrite::kKeep;
    here = places;
    const std::string text = string_value(raw);
    std::string changed_text = replacement_of(text);
    if (changed_text == text) {
      for (const Pattern& pattern : patterns) {
        std::string next;
        if (pattern.replace_all(changed_text, replacement_of, next)) changed_text = std::move(next);
      }
    }
    if (changed_text == text) return Rewrite::kKeep;
    append_quoted(replacement, changed_text);
    return Rewrite::kReplace;
  };
  // Names can be values: those of tables, and those of a map that is keyed by something.
  const VisitName visit_name = [&](Places places, std::string_view name, std::string& replacement) {
    here = places;
    replacement = is_by_table(places) ? replacement_of(name) : std::string(name);
    if (replacement != name) return true;
    for (const Pattern& pattern : patterns) {
      std::string next;
      if (pattern.replace_all(replacement, replacement_of, next)) replacement = std::move(next);
    }
    return replacement != name;
  };
  std::string out;
  return rewrite_json(body, visit, visit_name, out) && changed ? out : body;
}

std::uint64_t hash_in_item(const PlacedItems::Owner& owner, const std::string& recorded) {
  return combine(owner.item, hash_text(recorded));
}

std::uint64_t hash_in_attribute(const PlacedItems::Owner& owner, const std::string& recorded) {
  return combine(combine(owner.item, owner.attribute), hash_text(recorded));
}

const std::string* find(const Bindings::Values& values, const std::string& value) {
  const auto found = values.find(value);
  return found == values.end() ? nullptr : &found->second;
}

const std::string* find(const Bindings::Owned& values, std::uint64_t key) {
  const auto found = values.find(key);
  return found == values.end() ? nullptr : found->second;
}

}  // namespace

Bindings::Fit Bindings::fit(const Renamed& asked, const Renamed& recorded) const {
  if (asked.size() != recorded.size()) return Fit::kNot;
  Fit found = Fit::kExact;
  bool times = true;
  bool has_key = false;
  bool same_key = true;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const std::string& value = asked[i].value;
    const RenamedValue& other = recorded[i];
    if (other.owner.key) {
      has_key = true;
      same_key = same_key && stands_in(other.owner, other.value, value);
    }
    if (pairs_.contains(hash_of_pair(other.value, value))) continue;
    const bool old = live_.contains(other.value);
    const bool known = taped(value) != nullptr;
    if (!old && !known) continue;
    if (is_time(other.value)) {
      times = false;
    } else if (!old || !known) {
      // A value that is known is not taken for another one's first.
      found = std::min(found, Fit::kTakesOver);
    } else {
      found = Fit::kContradicts;
    }
  }
  if (found != Fit::kExact) return found;
  if (has_key && same_key) return Fit::kSameItem;
  return times ? Fit::kExact : Fit::kOtherTimes;
}

void Bindings::bind(const Renamed& asked, const Renamed& recorded, Owned* replaced) {
  for (std::size_t i = 0; i < std::min(asked.size(), recorded.size()); ++i) {
    bind(recorded[i].value, asked[i].value);
    const auto live = taped_.find(asked[i].value);
    if (live == taped_.end() || recorded[i].refused) continue;
    own(recorded[i].owner, recorded[i].value, &live->first, replaced);
  }
}

void Bindings::bind(const std::string& recorded, const std::string& asked) {
  if (live_.size() >= kMostBindings || pairs_.size() >= 2 * kMostBindings) return;
  const auto live = live_.try_emplace(recorded, asked).first;
  if (live->second != asked) {
    contested_.insert(recorded);
    live->second = asked;
  }
  const auto taped = taped_.try_emplace(asked, recorded).first;
  if (taped->second != recorded) {
    std::vector<std::string>& others = others_[asked];
    std::erase(others, recorded);
    others.push_back(std::exchange(taped->second, recorded));
    if (others.size() > kMostOthers) others.erase(others.begin());
  }
  pairs_.insert(hash_of_pair(recorded, asked));
}

void Bindings::own(const PlacedItems::Owner& owner, const std::string& recorded,
                   const std::string* asked, Owned* replaced) {
  // What belongs to no attribute is a value to compare with.
  if (owner.attribute == 0 || owned_.size() >= 4 * kMostBindings) return;
  for (const std::uint64_t key :
       {hash_in_item(owner, recorded), hash_in_attribute(owner, recorded)}) {
    const std::string*& known = owned_[key];
    if (replaced != nullptr && known != nullptr) replaced->try_emplace(key, known);
    known = asked;
  }
}

const std::string* Bindings::in_attribute(const PlacedItems::Owner& owner,
                                          const std::string& recorded) const {
  return owner.attribute == 0 ? nullptr : find(owned_, hash_in_attribute(owner, recorded));
}

const std::string* Bindings::in_item(const PlacedItems::Owner& owner,
                                     const std::string& recorded) const {
  return owner.item == 0 ? nullptr : find(owned_, hash_in_item(owner, recorded));
}

bool Bindings::stands_in(const PlacedItems::Owner& owner, const std::string& recorded,
                         const std::string& asked) const {
  const std::string* known = in_attribute(owner, recorded);
  if (known == nullptr) known = in_item(owner, recorded);
  return known != nullptr && *known == asked;
}

const std::string* Bindings::taped(const std::string& value) const { return find(taped_, value); }

std::vector<std::string> Bindings::meanings(const std::string& value) const {
  std::vector<std::string> found{taped_.at(value)};
  const auto others = others_.find(value);
  if (others != others_.end()) {
    found.insert(found.end(), others->second.rbegin(), others->second.rend());
  }
  return found;
}

std::vector<std::vector<std::string>> Bindings::all_taped(
    const std::vector<std::string>& values) const {
  std::vector<std::vector<std::string>> possible;
  for (const std::string& value : values) {
    if (taped(value) == nullptr) return {};
    possible.push_back(meanings(value));
  }
  return choices(possible);
}

std::vector<Bindings::Values> Bindings::readings(const std::string& body) const {
  if (others_.empty()) return {Values()};
  std::vector<std::string> values;
  std::vector<std::vector<std::string>> possible;
  (void)replaced(body, {}, [&](const std::string& value, Places) -> const std::string* {
    if (!others_.contains(value)) return nullptr;
    if (std::find(values.begin(), values.end(), value) != values.end()) return nullptr;
    values.push_back(value);
    possible.push_back(meanings(value));
    return nullptr;
  });
  std::vector<Values> found;
  for (const std::vector<std::string>& way : choices(possible)) {
    Values& reading = found.emplace_back();
    for (std::size_t i = 0; i < values.size(); ++i) reading.emplace(values[i], way[i]);
  }
  return found;
}

bool Bindings::confirmed(const Values& reading, const std::string& body,
                         const PlacedItems& items) const {
  bool found = false;
  (void)replaced(body, {}, [&](const std::string& value, Places places) -> const std::string* {
    const std::string* const recorded = find(reading, value);
    if (found || recorded == nullptr) return nullptr;
    found = stands_in(items.at(text_of(places)), *recorded, value);
    return nullptr;
  });
  return found;
}

std::string Bindings::apply(std::string body, const std::vector<Pattern>& patterns,
                            const Values& first, const Items& items, const Owned& before) const {
  std::optional<PlacedItems> placed;
  return replaced(std::move(body), patterns, [&](const std::string& value, Places places) {
    const std::string* found = nullptr;
    PlacedItems::Owner owner;
    if (items && contested_.contains(value)) {
      if (!placed) placed = items();
      owner = placed->at(text_of(places));
      found = find(before, hash_in_attribute(owner, value));
      if (found == nullptr) found = in_attribute(owner, value);
    }
    if (found == nullptr) found = find(first, value);
    if (found == nullptr) found = in_item(owner, value);
    return found != nullptr ? found : find(live_, value);
  });
}

std::string Bindings::revert(std::string body, const std::vector<Pattern>& patterns,
                             const Values& first) const {
  return replaced(std::move(body), patterns, [&](const std::string& value, Places) {
    const std::string* const chosen = find(first, value);
    return chosen != nullptr ? chosen : find(taped_, value);
  });
}

}  // namespace dynadeck::cassettes
