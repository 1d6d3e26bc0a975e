// Finds recorded exchanges by the values that rules rename in them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cassettes/matching/rules.h"

namespace dynadeck::cassettes {

// Requests that differ in renamed values only have one match hash: there may be thousands of them,
// and each is read from the tape once, when somebody first asks for one that is not known yet.
// One thread at a time.
class RenamedIndex {
 public:
  // Reads what is renamed in an exchange; nothing where the tape cannot be read.
  using Read = std::function<std::optional<Renamed>(std::uint32_t ordinal)>;
  explicit RenamedIndex(Read read) : read_(std::move(read)) {}

  // Null where the tape cannot be read. Good until the next call.
  const Renamed* of(std::uint32_t ordinal);

  // Tries the exchanges of a group that have exactly these values, in their order, some at a time:
  // until one is taken, or all of the group is known. group: all with one match hash, ascending.
  // values: those that are no times, where there are such; else all.
  using Try = std::function<bool(std::span<const std::uint32_t> some)>;
  bool find(std::span<const std::uint32_t> group, const std::vector<std::string>& values,
            const Try& take);

 private:
  struct Group {
    std::size_t read = 0;  // so many at its start are in by_values
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_values;
  };

  const Read read_;
  std::unordered_map<std::uint32_t, Renamed> known_;  // by ordinal
  std::unordered_map<std::uint32_t, Group> groups_;   // by the first ordinal
  std::size_t indexed_ = 0;                           // in all groups
};

}  // namespace dynadeck::cassettes
