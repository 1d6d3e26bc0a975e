#include "cassettes/matching/expression_clauses.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "cassettes/json/path.h"
#include "cassettes/json/text.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::array<std::string_view, 5> kExpressions = {
    "UpdateExpression", "ConditionExpression", "FilterExpression", "KeyConditionExpression",
    "SearchConditionExpression"};

bool is_letter(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_';
}

// Of expressions, where a dash is a minus ("total-:paid").
bool is_expression_word(char byte) { return is_letter(byte) || byte == '#' || byte == ':'; }

// Of statements, where quoted names may have dashes.
bool is_statement_word(char byte) { return is_letter(byte) || byte == '-'; }

bool equals(std::string_view word, std::string_view keyword) {
  return word.size() == keyword.size() &&
         strncasecmp(word.data(), keyword.data(), word.size()) == 0;
}

// Words and single signs, without white space.
std::vector<std::string_view> tokens_of(std::string_view text, bool (*is_word)(char)) {
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end == at) ++end;
    if (std::isspace(static_cast<unsigned char>(text[at])) == 0) {
      tokens.push_back(text.substr(at, end - at));
    }
    at = end;
  }
  return tokens;
}

// Cuts an expression into clauses: at commas outside parentheses, AND (but for BETWEEN's), OR, and
// the keywords of update expressions.
class Clauses {
 public:
  // Takes the words and signs of a clause that are no placeholders, and its placeholders.
  using Tokens = std::vector<std::string_view>;
  using Take = std::function<void(const Tokens& words, const Tokens& values)>;
  explicit Clauses(Take take) : take_clause_(std::move(take)) {}

  void read(std::string_view expression) {
    for (const std::string_view token : tokens_of(expression, is_expression_word)) take(token);
    end_clause();
  }

 private:
  void take(std::string_view token) {
    if (token == "(") ++depth_;
    if (token == ")") --depth_;
    const bool between = equals(token, "AND") && between_;
    if (between) between_ = false;
    if (equals(token, "BETWEEN")) between_ = true;
    const bool ends = (token == "," && depth_ <= 0) || (equals(token, "AND") && !between) ||
                      equals(token, "OR") || equals(token, "SET") || equals(token, "REMOVE") ||
                      equals(token, "ADD") || equals(token, "DELETE");
    if (ends) {
      end_clause();
    } else if (token.starts_with(':')) {
      values_.push_back(token);
    } else {
      words_.push_back(token);
    }
  }

  void end_clause() {
    if (!values_.empty()) take_clause_(words_, values_);
    words_.clear();
    values_.clear();
    between_ = false;
  }

  const Take take_clause_;
  Tokens words_;
  Tokens values_;
  int depth_ = 0;
  bool between_ = false;
};

bool mentions(std::string_view statement, std::span<const std::string> attributes) {
  for (const std::string_view token : tokens_of(statement, is_statement_word)) {
    if (std::find(attributes.begin(), attributes.end(), token) != attributes.end()) return true;
  }
  return false;
}

// Copies a statement with its literals replaced: 'texts' ('' is a quote inside) and numbers. What
// stands before a colon is an attribute's name.
class Literals {
 public:
  Literals(std::string_view statement, const ReplaceLiteral& replace)
      : statement_(statement), replace_(replace) {}

  std::string replaced() {
    while (at_ < statement_.size()) {
      if (statement_[at_] == '\'') {
        text();
      } else if (begins_number()) {
        number();
      } else {
        out_ += statement_[at_++];
      }
    }
    return std::move(out_);
  }

 private:
  bool is_digit(std::size_t at) const {
    return at < statement_.size() && std::isdigit(static_cast<unsigned char>(statement_[at])) != 0;
  }

  bool begins_number() const {
    const auto before = [this](std::size_t count) {
      return at_ < count ? ' ' : statement_[at_ - count];
    };
    const bool in_name = is_letter(before(1)) || (before(1) == '-' && is_letter(before(2)));
    return is_digit(at_) && !in_name && before(1) != '"' && before(1) != '.';
  }

  void number() {
    const std::size_t start = at_;
    while (is_digit(at_) || (at_ < statement_.size() && (statement_[at_] == '.' || sign_or_e()))) {
      ++at_;
    }
    out_ += replace_(statement_.substr(start, at_ - start), "N");
  }

  // Of an exponent: "1e5", "1E-5".
  bool sign_or_e() const {
    const auto is_e = [&](std::size_t at) {
      return statement_[at] == 'e' || statement_[at] == 'E';
    };
    if (is_e(at_)) return is_digit(at_ + 1) || is_digit(at_ + 2);
    return (statement_[at_] == '+' || statement_[at_] == '-') && is_e(at_ - 1);
  }

  void text() {
    const std::size_t start = at_;
    std::string literal;
    for (++at_; at_ < statement_.size(); ++at_) {
      if (statement_[at_] == '\'') {
        if (at_ + 1 == statement_.size() || statement_[at_ + 1] != '\'') break;
        ++at_;
      }
      literal += statement_[at_];
    }
    at_ = std::min(at_ + 1, statement_.size());
    const std::size_t next = statement_.find_first_not_of(" \t\r\n", at_);
    if (next != std::string_view::npos && statement_[next] == ':') {
      out_ += statement_.substr(start, at_ - start);
      return;
    }
    std::string raw;
    append_quoted(raw, literal);
    out_.append("'").append(string_value(replace_(raw, "S"))).append("'");
  }

  const std::string_view statement_;
  const ReplaceLiteral& replace_;
  std::size_t at_ = 0;
  std::string out_;
};

bool is_parameter(Places places) {
  return std::any_of(places.begin(), places.end(),
                     [](const Place& place) { return place.name == "Parameters"; });
}

}  // namespace

void collect_placeholders(std::string_view request, std::span<const std::string> attributes,
                          std::vector<std::string>& placeholders) {
  std::vector<std::string> names(attributes.begin(), attributes.end());
  for_each_member(find_member(request, "ExpressionAttributeNames"),
                  [&](std::string_view alias, std::string_view raw) {
                    const std::string name = string_value(raw);
                    if (std::find(attributes.begin(), attributes.end(), name) != attributes.end()) {
                      names.emplace_back(alias);
                    }
                    return true;
                  });
  const auto take = [&](const Clauses::Tokens& words, const Clauses::Tokens& values) {
    const bool mentioned = std::any_of(words.begin(), words.end(), [&](std::string_view word) {
      return std::find(names.begin(), names.end(), word) != names.end();
    });
    if (mentioned) placeholders.insert(placeholders.end(), values.begin(), values.end());
  };
  for (const std::string_view member : kExpressions) {
    const std::string expression = string_value(find_member(request, member));
    if (!expression.empty()) Clauses(take).read(expression);
  }
}

std::map<std::string, std::string> updated_paths(std::string_view request) {
  std::map<std::string, std::string> paths;
  const std::string_view names = find_member(request, "ExpressionAttributeNames");
  // "SET #m.at = :t", "SET n = n + :one", "ADD tags :more": the path stands first.
  const auto take = [&](const Clauses::Tokens& words, const Clauses::Tokens& values) {
    std::string path;
    for (const std::string_view word : words) {
      const bool joined = word == "." || word == "[" || word == "]";
      const bool follows = !path.empty() && (path.back() == '.' || path.back() == '[');
      if (!path.empty() && !joined && !follows) break;
      path += word.starts_with('#') ? string_value(find_member(names, word)) : std::string(word);
    }
    for (const std::string_view value : values) paths.emplace(value, path);
  };
  const std::string expression = string_value(find_member(request, "UpdateExpression"));
  if (!expression.empty()) Clauses(take).read(expression);
  return paths;
}

bool rewrite_statements(std::string_view body, std::span<const std::string> attributes,
                        const ReplaceLiteral& replace, std::string& out) {
  if (attributes.empty() || body.find("\"Statement\"") == std::string_view::npos) return false;
  bool any = false;
  const Visit look = [&](Places places, std::string_view raw, std::string&) {
    if (!places.empty() && places.back().name == "Statement") {
      any = any || mentions(string_value(raw), attributes);
    }
    return Rewrite::kKeep;
  };
  std::string unchanged;
  if (!rewrite_json(body, look, unchanged) || !any) return false;
  const Visit visit = [&](Places places, std::string_view raw, std::string& replacement) {
    if (!raw.starts_with('"')) return Rewrite::kKeep;
    const std::string& name = places.empty() ? std::string() : places.back().name;
    if (name == "Statement") {
      append_quoted(replacement, Literals(string_value(raw), replace).replaced());
      return Rewrite::kReplace;
    }
    if (!is_parameter(places)) return Rewrite::kKeep;
    replacement = replace(raw, name == "N" || name == "B" ? name : "S");
    return Rewrite::kReplace;
  };
  return rewrite_json(body, visit, out);
}

}  // namespace dynadeck::cassettes
