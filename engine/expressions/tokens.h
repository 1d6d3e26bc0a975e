// The words of an expression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dynadeck::engine {

struct Token {
  enum class Kind : std::uint8_t {
    kIdentifier,  // a, a_1; keywords too: the parser knows which words matter where
    kName,        // #a
    kValue,       // :a
    kNumber,      // 0, 12
    kSymbol,      // one of = <> < <= > >= ( ) [ ] , . + -
    kUnknown,     // a character that no expression has
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string_view text;  // "<EOF>" at the end
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The tokens of an expression, kEnd last. They point into `expression`.
std::vector<Token> tokenize(std::string_view expression);

// DynamoDB's sentence for a token that does not belong where it stands: it names the token and
// shows the text from the token before it to the one after.
std::string syntax_error(std::string_view expression, const std::vector<Token>& tokens,
                         std::size_t position);

}  // namespace dynadeck::engine
