// A walk over a JSON text, token by token, without building a tree of it. For the room's own use.
#pragma once

#include <cstring>
#include <string_view>

namespace dynadeck::faults {

// Strings are skipped by memchr, which is what makes it cheap. It need not be valid inside: a walk
// ends at the first thing that makes no sense (its functions say false). One thread; borrows the
// text.
class JsonWalker {
 public:
  explicit JsonWalker(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  // After '{': calls member(name) with the cursor at the value, which it consumes.
  template <typename Member>
  bool members(const Member& member) {
    skip_space();
    if (take('}')) return true;
    while (true) {
      std::string_view name;
      skip_space();
      if (!string(name)) return false;
      skip_space();
      if (!take(':')) return false;
      skip_space();
      if (!member(name)) return false;
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return false;
    }
  }

  // After '['.
  template <typename Element>
  bool elements(const Element& element) {
    skip_space();
    if (take(']')) return true;
    while (true) {
      skip_space();
      if (!element()) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return false;
    }
  }

  // Any value: brackets are counted, strings skipped; it need not be valid inside.
  bool skip_value() {
    int depth = 0;
    while (at_ != end_) {
      const char here = *at_;
      if (here == '"') {
        std::string_view unused;
        if (!string(unused)) return false;
        if (depth == 0) return true;
        continue;
      }
      if (here == '{' || here == '[') {
        ++depth;
      } else if (here == '}' || here == ']') {
        if (depth == 0) return true;  // the end of a number before the holder's bracket
        if (--depth == 0) return ++at_, true;
      } else if (here == ',' && depth == 0) {
        return true;
      }
      ++at_;
    }
    return false;
  }

  bool string(std::string_view& value) {
    if (!take('"')) return false;
    const char* const start = at_;
    while (at_ != end_) {
      const auto* quote =
          static_cast<const char*>(std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_)));
      if (quote == nullptr) return false;
      std::size_t backslashes = 0;
      for (const char* back = quote; back != start && back[-1] == '\\'; --back) ++backslashes;
      at_ = quote + 1;
      if (backslashes % 2 == 0) {
        value = std::string_view(start, static_cast<std::size_t>(quote - start));
        return true;
      }
    }
    return false;
  }

  char peek() const { return at_ == end_ ? '\0' : *at_; }
  bool take(char wanted) {
    if (peek() != wanted || at_ == end_) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace dynadeck::faults
