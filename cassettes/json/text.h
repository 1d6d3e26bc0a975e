// JSON as text: checked and cut up without building a tree, so that bytes can be kept as they came.
//
// The room: JSON as recordings need it, where every byte counts: text first, places in it that
// rules name, and trees only where people look at documents. It knows no tapes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace dynadeck::cassettes {

// Deeper nesting counts as "not JSON" in this room: jq and parsers that recurse give up somewhere,
// and DynamoDB's own documents stay below 70.
constexpr int kMaxJsonDepth = 128;

// Walks over JSON text once, front to back. Every step checks what it passes: grammar and UTF-8.
// After a step has returned false the text is not JSON and the cursor is of no more use. One
// thread.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text)
      : position_(text.data()), end_(text.data() + text.size()) {}

  void skip_space();
  bool at_end() const { return position_ == end_; }
  // The next byte, 0 at the end.
  char peek() const { return position_ == end_ ? '\0' : *position_; }
  // Passes that byte if it is next.
  bool take(char byte);

  // Passes a string; `inner` is what stands between the quotes, still escaped.
  bool string(std::string_view& inner, bool& escaped);
  // Passes a number.
  bool number(std::string_view& text);
  // Passes true, false or null.
  bool word(std::string_view& text);
  // Passes any value; `raw` is its text.
  bool value(std::string_view& raw, int depth = 0);

  // Iterates: for (cursor.open('{'); cursor.next('}');) ... After open, next says whether a member
  // follows; it passes commas and the closing bracket. Check failed() when the loop ends.
  bool open(char bracket);
  bool next(char closing);
  // Passes a member's name and the colon.
  bool name(std::string_view& inner, bool& escaped);
  bool failed() const { return failed_; }

  bool saw_line_break() const { return saw_line_break_; }
  const char* position() const { return position_; }

 private:
  // The same where the string is not short and plain.
  bool any_string(std::string_view& inner, bool& escaped);

  bool fail() {
    failed_ = true;
    position_ = end_;
    return false;
  }

  void skip_spaces();

  const char* position_;
  const char* end_;
  bool first_ = false;  // no member of the innermost open bracket was passed yet
  bool failed_ = false;
  bool saw_line_break_ = false;
};

// Calls visit(name, raw_value) for each member of an object, until it returns false. Names with
// escapes are unescaped. False if `object` is not an object.
template <typename Visit>
bool for_each_member(std::string_view object, Visit visit);

// Calls visit(raw_value) for each element of an array, until it returns false.
template <typename Visit>
bool for_each_element(std::string_view array, Visit visit);

// The raw value of a member; empty if there is none (no JSON value is empty).
std::string_view find_member(std::string_view object, std::string_view name);

// The text of a string value given raw, with its quotes; empty if it is none.
std::string string_value(std::string_view raw);
// The number given raw; `fallback` if it is no unsigned integer that fits.
std::uint64_t unsigned_value(std::string_view raw, std::uint64_t fallback = 0);

// Undoes the escapes of a checked string. Lone surrogates become U+FFFD.
void unescape(std::string_view inner, std::string& out);

// Appends text as a JSON string. text: UTF-8.
void append_quoted(std::string& out, std::string_view text);

// ---------------------------------------------------------------- implementation

// Marks, in the highest bit of each of eight bytes, what is a control character, a quote, a
// backslash or not ASCII. A borrow may mark bytes behind such a one, never before it: the first
// mark is right.
inline std::uint64_t special_bytes(const char* from) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  std::uint64_t eight;
  std::memcpy(&eight, from, sizeof eight);
  const std::uint64_t quotes = eight ^ (kOnes * '"');
  const std::uint64_t backslashes = eight ^ (kOnes * '\\');
  return ((eight - kOnes * 0x20) | (quotes - kOnes) | (backslashes - kOnes) | eight) & kHighs;
}

inline bool JsonCursor::string(std::string_view& inner, bool& escaped) {
  const char* const start = position_ + 1;
  if (end_ - position_ > 8 && *position_ == '"') {
    const std::uint64_t special = special_bytes(start);
    const char* const at = start + std::countr_zero(special) / 8;
    if (special != 0 && *at == '"') {
      inner = {start, static_cast<std::size_t>(at - start)};
      escaped = false;
      position_ = at + 1;
      return true;
    }
  }
  return any_string(inner, escaped);
}

inline void JsonCursor::skip_space() {
  // Nearly everything is printed without spaces.
  if (position_ != end_ && static_cast<unsigned char>(*position_) > ' ') return;
  skip_spaces();
}

inline bool JsonCursor::take(char byte) {
  if (peek() != byte || at_end()) return false;
  ++position_;
  return true;
}

inline bool JsonCursor::open(char bracket) {
  first_ = true;
  return take(bracket) || fail();
}

inline bool JsonCursor::next(char closing) {
  if (failed_) return false;
  skip_space();
  const bool first = first_;
  first_ = false;
  if (take(closing)) return false;
  if (first) return !at_end() || fail();
  if (!take(',')) return fail();
  skip_space();
  return true;
}

inline bool JsonCursor::name(std::string_view& inner, bool& escaped) {
  skip_space();
  if (!string(inner, escaped)) return false;
  skip_space();
  return take(':') || fail();
}

template <typename Visit>
bool for_each_member(std::string_view object, Visit visit) {
  JsonCursor cursor(object);
  cursor.skip_space();
  if (!cursor.open('{')) return false;
  std::string unescaped;
  while (cursor.next('}')) {
    std::string_view name;
    std::string_view raw;
    bool escaped = false;
    if (!cursor.name(name, escaped) || !cursor.value(raw)) return false;
    if (escaped) {
      unescaped.clear();
      unescape(name, unescaped);
      name = unescaped;
    }
    if (!visit(name, raw)) return true;
  }
  return !cursor.failed();
}

template <typename Visit>
bool for_each_element(std::string_view array, Visit visit) {
  JsonCursor cursor(array);
  cursor.skip_space();
  if (!cursor.open('[')) return false;
  while (cursor.next(']')) {
    std::string_view raw;
    if (!cursor.value(raw)) return false;
    if (!visit(raw)) return true;
  }
  return !cursor.failed();
}

}  // namespace dynadeck::cassettes
