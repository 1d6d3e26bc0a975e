#include "faults/rules/index.h"

#include <algorithm>

namespace dynadeck::faults {
namespace {

constexpr std::string_view kWildcards = "*?";

bool is_exact(const ValuePattern& pattern) {
  return pattern.glob.find_first_of(kWildcards) == std::string::npos;
}

// The condition on a key that a lookup answers best.
const auto& best_key(const When& when) {
  const auto exact = std::find_if(when.key.begin(), when.key.end(), [](const auto& wanted) {
    return std::all_of(wanted.second.begin(), wanted.second.end(), is_exact);
  });
  return exact == when.key.end() ? when.key.front() : *exact;
}

}  // namespace

void RuleIndex::Gate::add(const std::string& glob, std::uint32_t place) {
  const std::size_t wildcard = glob.find_first_of(kWildcards);
  if (wildcard == std::string::npos) {
    exact_[glob].push_back(place);
    lengths_.set(length_of(glob));
    return;
  }
  globs_.emplace_back(glob.substr(0, wildcard), place);
  if (wildcard == 0) {
    first_bytes_.set();
  } else {
    first_bytes_.set(static_cast<unsigned char>(glob.front()));
  }
}

void RuleIndex::Gate::find(std::string_view value, Places& places) const {
  if (lengths_.test(length_of(value))) {
    const auto found = exact_.find(value);
    if (found != exact_.end()) {
      places.insert(places.end(), found->second.begin(), found->second.end());
    }
  }
  // An empty value fits a glob that begins with a wildcard only.
  const bool may_begin =
      value.empty() ? first_bytes_.all() : first_bytes_.test(static_cast<unsigned char>(value[0]));
  if (!may_begin) return;
  for (const auto& [beginning, place] : globs_) {
    if (value.starts_with(beginning)) places.push_back(place);
  }
}

RuleIndex::Gate& RuleIndex::gate_of(Gates& gates, const std::string& name) {
  for (auto& [known, gate] : gates) {
    if (known == name) return gate;
  }
  return gates.emplace_back(name, Gate()).second;
}

RuleIndex::RuleIndex(const std::vector<const When*>& conditions) {
  for (std::uint32_t place = 0; place < conditions.size(); ++place) {
    if (!add(*conditions[place], place)) always_.push_back(place);
  }
}

bool RuleIndex::add(const When& when, std::uint32_t place) {
  if (!when.key.empty()) {
    const auto& [attribute, patterns] = best_key(when);
    Gate& gate = gate_of(keys_, attribute);
    for (const ValuePattern& pattern : patterns) gate.add(pattern.glob, place);
    return true;
  }
  const auto under = [place](Gate& gate, const When::Globs& globs) {
    for (const std::string& glob : globs) gate.add(glob, place);
    return !globs.empty();
  };
  if (!when.headers.empty()) {
    const auto& [name, globs] = when.headers.front();
    return under(gate_of(headers_, name), globs);
  }
  const bool found = under(sessions_, when.sessions) || under(access_keys_, when.access_keys) ||
                     under(accounts_, when.accounts) || under(regions_, when.regions);
  by_scope_ = by_scope_ || found;
  return found;
}

RuleIndex::Places RuleIndex::candidates(Facts& facts) const {
  const Request& request = facts.request();
  Places places = always_;
  for (const auto& [attribute, gate] : keys_) {
    for (const KeyValue& value : facts.key(attribute)) gate.find(value.text, places);
  }
  for (const auto& [name, gate] : headers_) {
    if (const auto value = request.headers.find(name)) gate.find(*value, places);
  }
  if (by_scope_) {
    sessions_.find(request.session, places);
    access_keys_.find(request.access_key, places);
    accounts_.find(request.scope.account, places);
    regions_.find(request.scope.region, places);
  }
  if (places.size() < 2) return places;
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

}  // namespace dynadeck::faults
