// Rules that are kept somewhere else, for many processes: a document that changes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "faults/rules/board.h"
#include "harness/seam/result.h"

namespace dynadeck::faults {

// Holds a board to what a document says, without touching the board's other rules. One thread;
// others may change the board meanwhile.
class RuleFeed {
 public:
  // board outlives the feed.
  explicit RuleFeed(RuleBoard& board) : board_(board) {}

  // Whether the board had to change. Rules that the document says as before keep what they have
  // counted, also where somebody has taken them down or disabled them in between: a document has
  // to change to be heard again. A document that is wrong, or that this server cannot carry out,
  // changes nothing; the error tells why.
  Outcome<bool, std::string> follow(std::string_view document);

 private:
  struct Said {
    std::string name;
    std::string text;  // as it prints
  };
  Outcome<bool, std::string> put_up(const RuleFile& file, const std::vector<Said>& said);
  RuleBoard::Change change_to(const RuleFile& file, const std::vector<Said>& said) const;

  RuleBoard& board_;
  std::vector<Said> said_;  // the rules of the last right document
  std::string other_;       // its seed and counting
};

}  // namespace dynadeck::faults
