#include "engine/expressions/syntax.h"

#include <strings.h>

#include <algorithm>
#include <utility>

#include "engine/expressions/tokens.h"
#include "engine/messages/expressions.h"

namespace dynadeck::engine {
namespace {

constexpr std::size_t kMaxExpressionBytes = 4096;
// Source: [doc] "Service, account, and table quotas": 300 operators or functions.
constexpr std::size_t kMaxOperators = 300;
// Parentheses deeper than operators can justify are redundant somewhere.
constexpr std::size_t kMaxDepth = kMaxOperators + 2;

bool is_word(std::string_view text, std::string_view word) {
  return text.size() == word.size() && ::strncasecmp(text.data(), word.data(), word.size()) == 0;
}

// Reads one expression by recursive descent. Each function returns false once something is wrong
// and leaves the sentence in problem(). *One thread.*
class Parser {
 public:
  using Kind = SyntaxNode::Kind;
  enum class Grammar : std::uint8_t { kCondition, kUpdate, kProjection };

  Parser(std::string_view expression, Grammar grammar)
      : expression_(expression), grammar_(grammar), tokens_(tokenize(expression)) {}

  SyntaxProblem problem() && { return {std::move(problem_)}; }

  bool whole_condition(SyntaxNode& out) {
    return either(out) && must_be_condition(out) && must_end();
  }

  bool whole_projection(std::vector<SyntaxNode>& out) {
    do {
      if (!path(out.emplace_back())) return false;
    } while (take(","));
    return must_end();
  }

  bool whole_update(SyntaxUpdate& out) {
    do {
      if (!section(out)) return false;
    } while (token().kind != Token::Kind::kEnd);
    return true;
  }

 private:
  const Token& token() const { return tokens_[position_]; }
  const Token& token_after() const { return tokens_[std::min(position_ + 1, tokens_.size() - 1)]; }
  bool at(std::string_view symbol) const {
    return token().kind == Token::Kind::kSymbol && token().text == symbol;
  }
  bool at_word(std::string_view word) const {
    return token().kind == Token::Kind::kIdentifier && is_word(token().text, word);
  }
  bool take(std::string_view symbol) {
    if (!at(symbol)) return false;
    ++position_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!at_word(word)) return false;
    ++position_;
    return true;
  }

  bool fail(std::string message) {
    problem_ = std::move(message);
    return false;
  }
  bool unexpected() { return fail(syntax_error(expression_, tokens_, position_)); }
  bool must_take(std::string_view symbol) { return take(symbol) || unexpected(); }
  bool must_end() { return token().kind == Token::Kind::kEnd || unexpected(); }

  bool count_operator() {
    if (++operators_ <= kMaxOperators) return true;
    return fail(messages::too_many_operators(operators_));
  }

  // ---- conditions. A parenthesis may open a condition or an operand: what is inside decides.

  bool either(SyntaxNode& out) { return chain(out, "OR", Kind::kOr); }
  bool both(SyntaxNode& out) { return chain(out, "AND", Kind::kAnd); }

  bool link(SyntaxNode& out, Kind kind) { return kind == Kind::kOr ? both(out) : negated(out); }

  bool chain(SyntaxNode& out, std::string_view word, Kind kind) {
    if (!link(out, kind)) return false;
    if (!at_word(word)) return true;
    if (!must_be_condition(out)) return false;
    SyntaxNode first = std::move(out);
    out = SyntaxNode();
    out.kind = kind;
    out.children.push_back(std::move(first));
    while (take_word(word)) {
      SyntaxNode& next = out.children.emplace_back();
      if (!count_operator() || !link(next, kind) || !must_be_condition(next)) return false;
    }
    return true;
  }

  bool negated(SyntaxNode& out) {
    if (!at_word("NOT") || grammar_ != Grammar::kCondition) return comparison(out);
    ++position_;
    out.kind = Kind::kNot;
    const Depth depth(*this);
    if (!count_operator() || depth.exceeded()) return too_deep();
    SyntaxNode& inner = out.children.emplace_back();
    return negated(inner) && must_be_condition(inner);
  }

  bool must_be_condition(const SyntaxNode& node) {
    return (node.kind != Kind::kPath && node.kind != Kind::kValue) || unexpected();
  }

  bool comparison(SyntaxNode& out) {
    if (at("(")) {
      if (!parenthesized(out)) return false;
    } else if (!bare_operand(out)) {
      return false;
    }
    const bool is_operand =
        out.kind == Kind::kPath || out.kind == Kind::kValue || out.kind == Kind::kFunction;
    if (!is_operand) return true;
    if (at_comparator()) return compare(out);
    if (at_word("BETWEEN")) return between(out);
    if (at_word("IN")) return in(out);
    return true;
  }

  bool parenthesized(SyntaxNode& out) {
    ++position_;
    const Depth depth(*this);
    if (depth.exceeded()) return too_deep();
    return either(out) && close_parenthesis(out);
  }

  bool close_parenthesis(SyntaxNode& node) {
    if (!must_take(")")) return false;
    if (node.parenthesized) return fail(messages::redundant_parentheses());
    node.parenthesized = true;
    return true;
  }

  bool at_comparator() const {
    if (token().kind != Token::Kind::kSymbol) return false;
    const char first = token().text.front();
    return first == '=' || first == '<' || first == '>';
  }

  // Makes `out`, just read, the first operand of a new node.
  bool wrap(SyntaxNode& out, Kind kind) {
    SyntaxNode first = std::move(out);
    out = SyntaxNode();
    out.kind = kind;
    out.text = token().text;
    out.children.push_back(std::move(first));
    ++position_;
    return count_operator();
  }

  bool compare(SyntaxNode& out) {
    return wrap(out, Kind::kCompare) && operand(out.children.emplace_back());
  }

  bool between(SyntaxNode& out) {
    if (!wrap(out, Kind::kBetween) || !operand(out.children.emplace_back())) return false;
    if (!take_word("AND")) return unexpected();
    return operand(out.children.emplace_back());
  }

  bool in(SyntaxNode& out) {
    return wrap(out, Kind::kIn) && must_take("(") && operands(out) && must_take(")");
  }

  bool operands(SyntaxNode& out) {
    do {
      if (!operand(out.children.emplace_back())) return false;
    } while (take(","));
    return true;
  }

  bool operand(SyntaxNode& out) {
    if (!at("(")) return bare_operand(out);
    ++position_;
    const Depth depth(*this);
    if (depth.exceeded()) return too_deep();
    return operand(out) && close_parenthesis(out);
  }

  bool bare_operand(SyntaxNode& out) {
    if (token().kind == Token::Kind::kValue) {
      out.kind = Kind::kValue;
      out.text = tokens_[position_++].text;
      return true;
    }
    const bool is_call = token().kind == Token::Kind::kIdentifier && !is_keyword(token().text) &&
                         token_after().kind == Token::Kind::kSymbol && token_after().text == "(";
    return is_call ? call(out) : path(out);
  }

  bool call(SyntaxNode& out) {
    out.kind = Kind::kFunction;
    out.text = token().text;
    position_ += 2;
    const Depth depth(*this);
    if (!count_operator() || depth.exceeded()) return too_deep();
    return operands(out) && must_take(")");
  }

  // ---- paths

  bool is_keyword(std::string_view text) const {
    const auto is = [&](std::string_view word) { return is_word(text, word); };
    switch (grammar_) {
      case Grammar::kCondition:
        return is("AND") || is("OR") || is("NOT") || is("BETWEEN") || is("IN");
      case Grammar::kUpdate:
        return is("SET") || is("REMOVE") || is("ADD") || is("DELETE");
      case Grammar::kProjection:
        break;
    }
    return false;
  }

  bool name(SyntaxNode& out) {
    const bool fits = token().kind == Token::Kind::kName ||
                      (token().kind == Token::Kind::kIdentifier && !is_keyword(token().text));
    if (!fits) return unexpected();
    out.steps.push_back({tokens_[position_++].text, false});
    return true;
  }

  bool path(SyntaxNode& out) {
    out.kind = Kind::kPath;
    if (!name(out)) return false;
    while (true) {
      if (take(".")) {
        if (!name(out)) return false;
      } else if (take("[")) {
        if (token().kind != Token::Kind::kNumber) return unexpected();
        out.steps.push_back({tokens_[position_++].text, true});
        if (!must_take("]")) return false;
      } else {
        return true;
      }
    }
  }

  // ---- updates

  bool section(SyntaxUpdate& out) {
    SyntaxAction::Kind kind{};
    if (take_word("SET")) {
      kind = SyntaxAction::Kind::kSet;
    } else if (take_word("REMOVE")) {
      kind = SyntaxAction::Kind::kRemove;
    } else if (take_word("ADD")) {
      kind = SyntaxAction::Kind::kAdd;
    } else if (take_word("DELETE")) {
      kind = SyntaxAction::Kind::kDelete;
    } else {
      return unexpected();
    }
    out.sections.push_back(kind);
    do {
      SyntaxAction& action = out.actions.emplace_back();
      action.kind = kind;
      action.section = out.sections.size() - 1;
      if (!path(action.path) || !value_of(action)) return false;
    } while (take(","));
    return true;
  }

  bool value_of(SyntaxAction& action) {
    switch (action.kind) {
      case SyntaxAction::Kind::kSet:
        return must_take("=") && sum(action.value);
      case SyntaxAction::Kind::kRemove:
        return true;
      case SyntaxAction::Kind::kAdd:
      case SyntaxAction::Kind::kDelete:
        break;
    }
    if (token().kind != Token::Kind::kValue) return unexpected();
    return bare_operand(action.value);
  }

  // operand, operand + operand, operand - operand, each also in parentheses.
  bool sum(SyntaxNode& out) {
    if (at("(")) {
      ++position_;
      const Depth depth(*this);
      if (depth.exceeded()) return too_deep();
      if (!sum(out) || !close_parenthesis(out)) return false;
      if (out.kind == Kind::kPlus || out.kind == Kind::kMinus) return true;
    } else if (!bare_operand(out)) {
      return false;
    }
    if (!at("+") && !at("-")) return true;
    const Kind kind = at("+") ? Kind::kPlus : Kind::kMinus;
    return wrap(out, kind) && operand(out.children.emplace_back());
  }

  // ---- depth

  class Depth {
   public:
    explicit Depth(Parser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Depth() { --parser_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    bool exceeded() const { return parser_.depth_ > kMaxDepth; }

   private:
    Parser& parser_;
  };

  bool too_deep() { return problem_.empty() ? fail(messages::redundant_parentheses()) : false; }

  std::string_view expression_;
  Grammar grammar_;
  std::vector<Token> tokens_;
  std::size_t position_ = 0;
  std::size_t operators_ = 0;
  std::size_t depth_ = 0;
  std::string problem_;
};

}  // namespace

Status check_expression_size(std::string_view expression, std::string_view parameter,
                             bool show_size) {
  if (expression.empty()) {
    return validation_error(messages::invalid_expression(parameter, messages::empty_expression()));
  }
  if (expression.size() <= kMaxExpressionBytes) return Done{};
  return validation_error(messages::invalid_expression(
      parameter, messages::expression_too_long(show_size ? expression.size() : 0)));
}

SyntaxResult<SyntaxNode> parse_condition(std::string_view expression) {
  Parser parser(expression, Parser::Grammar::kCondition);
  SyntaxNode node;
  if (!parser.whole_condition(node)) return std::move(parser).problem();
  return node;
}

SyntaxResult<SyntaxUpdate> parse_update(std::string_view expression) {
  Parser parser(expression, Parser::Grammar::kUpdate);
  SyntaxUpdate update;
  if (!parser.whole_update(update)) return std::move(parser).problem();
  return update;
}

SyntaxResult<std::vector<SyntaxNode>> parse_projection(std::string_view expression) {
  Parser parser(expression, Parser::Grammar::kProjection);
  std::vector<SyntaxNode> paths;
  if (!parser.whole_projection(paths)) return std::move(parser).problem();
  return paths;
}

}  // namespace dynadeck::engine
