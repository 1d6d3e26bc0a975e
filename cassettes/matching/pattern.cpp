#include "cassettes/matching/pattern.h"

#include <regex.h>

#include <array>
#include <utility>

namespace dynadeck::cassettes {
namespace {

struct Named {
  std::string_view name;
  std::string_view expression;
};

constexpr std::array kNamed = {
    Named{"uuid", "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"},
    Named{"timestamp",
          "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
          "(Z|[+-][0-9]{2}:?[0-9]{2})?"},
    Named{"ulid", "[0-7][0-9A-HJKMNP-TV-Z]{25}"},
    Named{"email", "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+"},
    Named{"ipv4", "[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}"},
    Named{"jwt", "eyJ[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]*"},
    Named{"hex32", "[0-9a-fA-F]{32}"},
};

}  // namespace

struct Pattern::Compiled {
  regex_t expression{};
  bool good = false;

  explicit Compiled(const std::string& text)
      : good(regcomp(&expression, text.c_str(), REG_EXTENDED) == 0) {}
  ~Compiled() {
    if (good) regfree(&expression);
  }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
};

std::optional<Pattern> Pattern::parse(std::string_view text) {
  for (const Named& named : kNamed) {
    if (named.name == text) text = named.expression;
  }
  auto compiled = std::make_shared<const Compiled>(std::string(text));
  if (!compiled->good) return std::nullopt;
  Pattern pattern;
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

bool Pattern::replace_all(std::string_view text,
                          const std::function<std::string(std::string_view match)>& replace,
                          std::string& out) const {
  bool found = false;
  std::size_t position = 0;
  while (position < text.size()) {
    // The bounds are given, so that the text may hold any byte and needs no copy.
    regmatch_t match{static_cast<regoff_t>(position), static_cast<regoff_t>(text.size())};
    const int flags = REG_STARTEND | (position == 0 ? 0 : REG_NOTBOL);
    if (regexec(&compiled_->expression, text.data(), 1, &match, flags) != 0) break;
    const auto start = static_cast<std::size_t>(match.rm_so);
    const auto end = static_cast<std::size_t>(match.rm_eo);
    out += text.substr(position, start - position);
    if (end == start) {
      // An empty match says nothing; one byte on.
      if (start < text.size()) out += text[start];
      position = start + 1;
      continue;
    }
    found = true;
    out += replace(text.substr(start, end - start));
    position = end;
  }
  if (position < text.size()) out += text.substr(position);
  return found;
}

}  // namespace dynadeck::cassettes
