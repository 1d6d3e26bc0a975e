// Reads the members of a document's map, and says by line what is wrong with them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faults/language/document.h"
#include "faults/language/schedule.h"

namespace dynadeck::faults {

// "250ms", "1.5s", "10m", "2h", "40us"; "0" needs no unit.
std::optional<Duration> parse_duration(std::string_view text);
// The shortest text that parses to it.
std::string print_duration(Duration duration);

// A finite decimal number, all of the text.
std::optional<double> parse_number(std::string_view text);
std::optional<std::uint64_t> parse_count(std::string_view text);

// One map. Every member that is asked for counts as known; finish() reports the others. A member of
// the wrong kind or out of range is reported and reads as absent. One thread.
class Fields {
 public:
  // node: the map; anything else is reported. Both outlive this.
  Fields(const Node& node, std::string path, Problems& problems);

  bool has(std::string_view name) const { return node_.find(name) != nullptr; }
  const Node* raw(std::string_view name);  // null where it is absent
  std::optional<std::string> text(std::string_view name);
  std::vector<std::string> texts(std::string_view name);  // one text or a list of them
  std::optional<double> number(std::string_view name, double least, double most);
  std::optional<double> probability(std::string_view name) { return number(name, 0, 1); }
  std::optional<std::uint64_t> count(std::string_view name, std::uint64_t least = 0);
  std::vector<std::uint64_t> counts(std::string_view name);  // one or a list
  std::optional<Duration> duration(std::string_view name);
  std::optional<bool> flag(std::string_view name);

  // One of the words; the index of it.
  std::optional<std::size_t> word(std::string_view name, const std::vector<std::string>& words);

  void report(const Node& at, std::string_view name, std::string text);
  void report(std::string text);  // about the map itself
  void finish();

  std::string path_of(std::string_view name) const;
  int line() const { return node_.line; }
  Problems& problems() { return problems_; }

 private:
  const Node& node_;
  const std::string path_;
  Problems& problems_;
  std::vector<std::string> known_;
};

// A document's part as JSON, for what is passed on as it stands. Plain scalars become numbers,
// booleans or null where JSON has them.
nlohmann::ordered_json to_json(const Node& node);

}  // namespace dynadeck::faults
