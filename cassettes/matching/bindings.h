// Which value of the replay stands for which value on the tape.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cassettes/matching/pattern.h"
#include "cassettes/matching/placed_items.h"
#include "cassettes/matching/rules.h"

namespace dynadeck::cassettes {

// Ids are drawn once, but two items may have one time, and on the tape other two than in the
// replay, and so may two attributes: what a value stands for is known for each, and for what
// belongs to none the newest holds. One thread at a time.
class Bindings {
 public:
  using Values = std::unordered_map<std::string, std::string>;

  Bindings() = default;
  Bindings(const Bindings&) = delete;
  Bindings& operator=(const Bindings&) = delete;

  // How well a request's values can stand for the recorded ones. Times prove nothing: they make an
  // exact fit only where they are as before, too.
  enum class Fit : std::uint8_t {
    kNot,          // there are more of one than of the other
    kContradicts,  // both stand for something else
    kTakesOver,    // a new value in the place of one that was played before: a repeat
    kOtherTimes,   // as before or for the first time, but for times
    kExact,        // as before, or for the first time
    kSameItem,     // its key is as it was before in the same item
  };
  Fit fit(const Renamed& asked, const Renamed& recorded) const;

  // By owner and value on the tape, what it stood for.
  using Owned = std::unordered_map<std::uint64_t, const std::string*>;
  // replaced: filled with what was known of the owners before.
  void bind(const Renamed& asked, const Renamed& recorded, Owned* replaced = nullptr);
  void bind(const std::string& recorded, const std::string& asked);

  bool empty() const { return live_.empty(); }
  // What the value of a replay stands for, the newest; null where it is new.
  const std::string* taped(const std::string& value) const;
  // The same of several, and what else they may stand for, most likely first; nothing where one is
  // new.
  std::vector<std::vector<std::string>> all_taped(const std::vector<std::string>& values) const;

  // What the values in a request's body may stand for beside the newest. Always one, which may be
  // empty; the most likely first.
  std::vector<Values> readings(const std::string& body) const;
  // Whether an item of the request is known to have a value as the reading says. items: of the body
  // as it is read so.
  bool confirmed(const Values& reading, const std::string& body, const PlacedItems& items) const;

  // The body with every bound value replaced by the one that stands for it now: whole strings, and
  // matches of the patterns inside strings. first: values by those on the tape, which come first.
  // items: asked for where a value stands for several. before: owners whose old values the body
  // shows.
  using Items = std::function<PlacedItems()>;
  std::string apply(std::string body, const std::vector<Pattern>& patterns,
                    const Values& first = {}, const Items& items = {},
                    const Owned& before = {}) const;
  // The other way: a request's body with the values on the tape. first: by those of the replay.
  std::string revert(std::string body, const std::vector<Pattern>& patterns,
                     const Values& first = {}) const;

 private:
  // All that a known value of the replay may stand for, the newest first.
  std::vector<std::string> meanings(const std::string& value) const;
  void own(const PlacedItems::Owner& owner, const std::string& recorded, const std::string* asked,
           Owned* replaced);
  // What the owner's value stands for; null where nothing is known of that attribute, or item.
  const std::string* in_attribute(const PlacedItems::Owner& owner,
                                  const std::string& recorded) const;
  const std::string* in_item(const PlacedItems::Owner& owner, const std::string& recorded) const;
  bool stands_in(const PlacedItems::Owner& owner, const std::string& recorded,
                 const std::string& asked) const;

  Values live_;                              // by the value on the tape, the newest
  Values taped_;                             // by the value in the replay, the newest
  std::unordered_set<std::uint64_t> pairs_;  // all that were ever bound, by their hash
  Owned owned_;  // for each attribute, and for each item; what it points to are keys of taped_
  std::unordered_set<std::string> contested_;  // on the tape, and stood for several
  // What else values of the replay have stood for, the newest last.
  std::unordered_map<std::string, std::vector<std::string>> others_;
};

}  // namespace dynadeck::cassettes
