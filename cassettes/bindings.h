// Which value of the replay stands for which value on the tape.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cassettes/match_rules.h"
#include "cassettes/pattern.h"
#include "cassettes/placed_items.h"

namespace dynadeck::cassettes {

// Ids are drawn once, but two items may have one time, and on the tape other two than in the
// replay: so what a value stands for is known for each item, and for what belongs to no item the
// newest holds. One thread at a time.
class Bindings {
 public:
  using Values = std::unordered_map<std::string, std::string>;

  Bindings() = default;
  Bindings(const Bindings&) = delete;
  Bindings& operator=(const Bindings&) = delete;

  // How well a request's values can stand for the recorded ones.
  enum class Fit : std::uint8_t {
    kNot,          // there are more of one than of the other
    kContradicts,  // both stand for something else, as two times within one second do
    kTakesOver,    // a new value in the place of one that was played before: a repeat
    kExact,        // as before, or for the first time
    kSameItem,     // as before in the same items
  };
  Fit fit(const Renamed& asked, const Renamed& recorded) const;
  void bind(const Renamed& asked, const Renamed& recorded);
  void bind(const std::string& recorded, const std::string& asked, std::uint64_t item = 0);

  bool empty() const { return live_.empty(); }
  // What the value of a replay stands for, the newest; null where it is new.
  const std::string* taped(const std::string& value) const;
  // The same of all of them, and what else they may stand for, most likely first; nothing where one
  // is new.
  std::vector<std::vector<std::string>> taped(const Renamed& asked) const;

  // What the values in a request's body may stand for beside the newest. Always one, which may be
  // empty; the most likely first.
  std::vector<Values> readings(const std::string& body) const;
  // Whether one of the items is known to have a value of the reading as it says.
  bool confirmed(const Values& reading, const PlacedItems& items) const;

  // The body with every bound value replaced by the one that stands for it now: whole strings, and
  // matches of the patterns inside strings. first: values by those on the tape, which come first.
  // items: asked for where a value stands for several.
  using Items = std::function<PlacedItems()>;
  std::string apply(std::string body, const std::vector<Pattern>& patterns,
                    const Values& first = {}, const Items& items = {}) const;
  // The other way: a request's body with the values on the tape. first: by those of the replay.
  std::string revert(std::string body, const std::vector<Pattern>& patterns,
                     const Values& first = {}) const;

 private:
  const std::string* in_item(std::uint64_t item, const std::string& recorded) const;

  Values live_;                              // by the value on the tape, the newest
  Values taped_;                             // by the value in the replay, the newest
  std::unordered_set<std::uint64_t> pairs_;  // all that were ever bound, by their hash
  // By item and value on the tape; they are keys of taped_.
  std::unordered_map<std::uint64_t, const std::string*> in_items_;
  std::unordered_set<std::string> contested_;  // on the tape, and stood for several
  // What else values of the replay have stood for, the newest last.
  std::unordered_map<std::string, std::vector<std::string>> others_;
};

}  // namespace dynadeck::cassettes
