// A rule document as a tree that knows its lines: YAML or JSON, nobody else has to care.
//
// The room: the words that rules are written in, whatever they do. Documents are read into fields,
// `when` says which requests are meant, `schedule` when among them a rule strikes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/seam/result.h"

namespace dynadeck::faults {

// What is wrong with a document and where.
struct Problem {
  int line = 0;       // from 1; 0 where it is not known
  std::string where;  // "rules[2].schedule.probability"; empty for the whole document
  std::string text;   // what was found and what was expected

  std::string to_string() const;  // "line 7: rules[2].when: ..."
};
using Problems = std::vector<Problem>;

// One line per problem.
std::string to_string(const Problems& problems);

struct Member;

// A regular value. (Its special members stand in document.cpp, where Member is complete.)
struct Node {
  Node();
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;
  ~Node();

  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  bool quoted = false;  // a scalar that is text even if it looks like a number
  std::string scalar;
  std::vector<Node> list;
  std::vector<Member> map;  // in order; names are unique
  int line = 0;

  const Node* find(std::string_view name) const;
};

struct Member {
  std::string name;
  Node value;
};

// A map with one member, which stands where its value does.
Node map_of(std::string name, const Node& value);

// JSON where it parses as JSON, else YAML. At most kMaxDocumentBytes, kMaxNodes nodes and kMaxDepth
// levels, so that no document exhausts the program. Never throws.
inline constexpr std::size_t kMaxDocumentBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxNodes = 200'000;
inline constexpr int kMaxDepth = 60;
Outcome<Node, Problems> parse_document(std::string_view text);

}  // namespace dynadeck::faults
