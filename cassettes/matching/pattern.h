// Patterns over string values: for redaction, and for values that differ from run to run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dynadeck::cassettes {

// A POSIX extended regular expression, or one of the names "uuid", "timestamp", "ulid", "email",
// "ipv4", "jwt", "hex32". Immutable, from many threads at once.
class Pattern {
 public:
  // Nothing where it is no expression.
  static std::optional<Pattern> parse(std::string_view text);

  // Appends the text with every match replaced by what `replace` says of it; whether there was one.
  bool replace_all(std::string_view text,
                   const std::function<std::string(std::string_view match)>& replace,
                   std::string& out) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;  // shared: rules are copied, what is compiled is not
};

}  // namespace dynadeck::cassettes
