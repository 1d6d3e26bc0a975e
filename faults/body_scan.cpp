#include "faults/body_scan.h"

#include <algorithm>
#include <cstring>

#include "harness/request_view.h"

namespace dynadeck::faults {

// Walks the text token by token. Strings are skipped by memchr, which is what makes it cheap.
class BodyScanner {
 public:
  BodyScanner(BodyScan& scan, std::string_view body)
      : scan_(scan), at_(body.data()), end_(body.data() + body.size()) {}

  void run() {
    skip_space();
    if (!take('{')) return;
    members([this](std::string_view name) { return top_level(name); });
  }

 private:
  bool top_level(std::string_view name) {
    if (name == "TableName" || name == "ResourceArn" || name == "StreamArn" || name == "TableArn") {
      return table_value();
    }
    if (name == "ShardIterator") return iterator_value();
    if (name == "IndexName") return peek() == '"' ? string(scan_.index_) : skip_value();
    if (name == "RequestItems" && take('{')) {
      return members([this](std::string_view table) { return add(table), skip_value(); });
    }
    if (name == "TransactItems" && take('[')) return transaction();
    return skip_value();
  }

  bool transaction() {
    return elements([this] {
      if (!take('{')) return skip_value();
      return members([this](std::string_view) {
        if (!take('{')) return skip_value();
        return members([this](std::string_view name) {
          return name == "TableName" ? table_value() : skip_value();
        });
      });
    });
  }

  bool table_value() {
    std::string_view value;
    if (peek() != '"') return skip_value();
    if (!string(value)) return false;
    add(value);
    return true;
  }

  // An iterator starts with its stream's ARN.
  bool iterator_value() {
    std::string_view value;
    if (peek() != '"') return skip_value();
    if (!string(value)) return false;
    if (value.starts_with("arn:")) add(value);
    return true;
  }

  void add(std::string_view name) {
    name = table_name_of(name);
    auto& tables = scan_.tables_;
    if (std::find(tables.begin(), tables.end(), name) == tables.end()) tables.push_back(name);
  }

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

  BodyScan& scan_;
  const char* at_;
  const char* end_;
};

BodyScan::BodyScan(std::string_view body) { BodyScanner(*this, body).run(); }

}  // namespace dynadeck::faults
