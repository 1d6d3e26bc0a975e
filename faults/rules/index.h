// Which of many rules a request may fit, without asking each.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "faults/language/when.h"
#include "harness/seam/random.h"

namespace dynadeck::faults {

// Each rule stands under one of its conditions, the one that tells most requests apart: a key, a
// header, a session, an access key, an account or a region. Its exact values are looked up, of its
// globs only the text before the first wildcard is compared. Immutable.
class RuleIndex {
 public:
  RuleIndex() = default;
  // conditions: of the rules, in their order; they are only read here.
  explicit RuleIndex(const std::vector<const When*>& conditions);

  using Places = std::vector<std::uint32_t>;
  // The places of the rules that may match, ascending. One that is left out does not match; one
  // that is there has still to be asked.
  Places candidates(Facts& facts) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return draw_bits(0, text, 0); }
  };
  // The rules that stand under one condition, by what it asks for.
  class Gate {
   public:
    void add(const std::string& glob, std::uint32_t place);
    void find(std::string_view value, Places& places) const;

   private:
    static std::size_t length_of(std::string_view value) {
      return std::min(value.size(), kLengths - 1);
    }
    static constexpr std::size_t kLengths = 128;

    std::unordered_map<std::string, Places, Hash, std::equal_to<>> exact_;
    std::bitset<kLengths> lengths_;  // that exact_ has: another length needs no look
    std::vector<std::pair<std::string, std::uint32_t>> globs_;  // their beginnings
    std::bitset<256> first_bytes_;                              // of the beginnings
  };
  using Gates = std::vector<std::pair<std::string, Gate>>;  // by the attribute's or header's name

  static Gate& gate_of(Gates& gates, const std::string& name);
  // Whether there is a condition for the rule to stand under.
  bool add(const When& when, std::uint32_t place);

  Gates keys_;
  Gates headers_;
  bool by_scope_ = false;  // whether one of the next four has rules
  Gate sessions_;
  Gate access_keys_;
  Gate accounts_;
  Gate regions_;
  Places always_;  // under none
};

}  // namespace dynadeck::faults
