#include "engine/expressions/tokens.h"

#include "engine/messages/expressions.h"

namespace dynadeck::engine {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t end_of_word(std::string_view text, std::size_t position) {
  while (position < text.size() && is_word(text[position])) ++position;
  return position;
}

// A zero stands alone: "01" is two numbers.
std::size_t end_of_number(std::string_view text, std::size_t position) {
  if (text[position] == '0') return position + 1;
  while (position < text.size() && is_digit(text[position])) ++position;
  return position;
}

Token::Kind classify(std::string_view text, std::size_t begin, std::size_t& end) {
  const char first = text[begin];
  end = begin + 1;
  if (is_letter(first) || first == '_') {
    end = end_of_word(text, begin);
    return Token::Kind::kIdentifier;
  }
  if (first == '#' || first == ':') {
    end = end_of_word(text, begin + 1);
    if (end == begin + 1) return Token::Kind::kUnknown;
    return first == '#' ? Token::Kind::kName : Token::Kind::kValue;
  }
  if (is_digit(first)) {
    end = end_of_number(text, begin);
    return Token::Kind::kNumber;
  }
  const char second = end < text.size() ? text[end] : '\0';
  if ((first == '<' && (second == '>' || second == '=')) || (first == '>' && second == '=')) ++end;
  return std::string_view("=<>()[],.+-").find(first) == std::string_view::npos
             ? Token::Kind::kUnknown
             : Token::Kind::kSymbol;
}

}  // namespace

std::vector<Token> tokenize(std::string_view expression) {
  std::vector<Token> tokens;
  tokens.reserve(expression.size() / 4 + 4);
  std::size_t position = 0;
  while (true) {
    while (position < expression.size() && is_space(expression[position])) ++position;
    if (position == expression.size()) break;
    std::size_t end = 0;
    const Token::Kind kind = classify(expression, position, end);
    tokens.push_back({kind, expression.substr(position, end - position), position, end});
    position = end;
  }
  tokens.push_back({Token::Kind::kEnd, "<EOF>", expression.size(), expression.size()});
  return tokens;
}

std::string syntax_error(std::string_view expression, const std::vector<Token>& tokens,
                         std::size_t position) {
  const std::size_t begin = position > 0 ? tokens[position - 1].begin : tokens[position].begin;
  const std::size_t next = position + 1 < tokens.size() ? position + 1 : position;
  // White space before the end of the expression is not shown.
  const bool ends = tokens[next].kind == Token::Kind::kEnd && next > 0;
  const std::size_t end = ends ? tokens[next - 1].end : tokens[next].end;
  return messages::syntax_error(tokens[position].text,
                                end > begin ? expression.substr(begin, end - begin) : "");
}

}  // namespace dynadeck::engine
