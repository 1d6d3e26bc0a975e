#include "cassettes/expression_clauses.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "cassettes/json_path.h"
#include "cassettes/json_text.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::array<std::string_view, 5> kExpressions = {
    "UpdateExpression", "ConditionExpression", "FilterExpression", "KeyConditionExpression",
    "SearchConditionExpression"};

bool is_word(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '#' ||
         byte == ':' || byte == '-';
}

bool equals(std::string_view word, std::string_view keyword) {
  return word.size() == keyword.size() &&
         strncasecmp(word.data(), keyword.data(), word.size()) == 0;
}

// Words and single signs, without white space.
std::vector<std::string_view> tokens_of(std::string_view expression) {
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at < expression.size();) {
    std::size_t end = at;
    while (end < expression.size() && is_word(expression[end])) ++end;
    if (end == at) ++end;
    if (std::isspace(static_cast<unsigned char>(expression[at])) == 0) {
      tokens.push_back(expression.substr(at, end - at));
    }
    at = end;
  }
  return tokens;
}

// Cuts an expression into clauses: at commas outside parentheses, AND (but for BETWEEN's), OR, and
// the keywords of update expressions.
class Clauses {
 public:
  Clauses(const std::vector<std::string>& names, std::vector<std::string>& placeholders)
      : names_(names), placeholders_(placeholders) {}

  void read(std::string_view expression) {
    for (const std::string_view token : tokens_of(expression)) take(token);
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
      values_.emplace_back(token);
    } else {
      mentioned_ = mentioned_ || std::find(names_.begin(), names_.end(), token) != names_.end();
    }
  }

  void end_clause() {
    if (mentioned_) placeholders_.insert(placeholders_.end(), values_.begin(), values_.end());
    values_.clear();
    mentioned_ = false;
    between_ = false;
  }

  const std::vector<std::string>& names_;
  std::vector<std::string>& placeholders_;
  std::vector<std::string> values_;
  int depth_ = 0;
  bool mentioned_ = false;
  bool between_ = false;
};

bool mentions(std::string_view statement, std::span<const std::string> attributes) {
  for (const std::string_view token : tokens_of(statement)) {
    if (std::find(attributes.begin(), attributes.end(), token) != attributes.end()) return true;
  }
  return false;
}

// 'literal' with '' for a quote inside.
std::string replace_literals(std::string_view statement, const ReplaceLiteral& replace) {
  std::string out;
  std::size_t at = 0;
  while (at < statement.size()) {
    if (statement[at] != '\'') {
      out += statement[at++];
      continue;
    }
    std::string literal;
    for (++at; at < statement.size(); ++at) {
      if (statement[at] == '\'') {
        if (at + 1 == statement.size() || statement[at + 1] != '\'') break;
        ++at;
      }
      literal += statement[at];
    }
    ++at;
    std::string raw;
    append_quoted(raw, literal);
    out.append("'").append(string_value(replace(raw, "S"))).append("'");
  }
  return out;
}

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
  for (const std::string_view member : kExpressions) {
    const std::string expression = string_value(find_member(request, member));
    if (!expression.empty()) Clauses(names, placeholders).read(expression);
  }
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
      append_quoted(replacement, replace_literals(string_value(raw), replace));
      return Rewrite::kReplace;
    }
    if (!is_parameter(places)) return Rewrite::kKeep;
    replacement = replace(raw, name == "N" || name == "B" ? name : "S");
    return Rewrite::kReplace;
  };
  return rewrite_json(body, visit, out);
}

}  // namespace dynadeck::cassettes
