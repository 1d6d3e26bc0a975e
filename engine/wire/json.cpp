// Our own parser, for speed: it was three quarters of reading a request. decisions/0103 has the
// figures; tests/fuzz holds it against nlohmann's.
#include "engine/wire/json.h"

#include <algorithm>
#include <cstring>
#include <memory_resource>
#include <unordered_map>
#include <vector>

#include "engine/values/plain_run.h"
#include "engine/wire/json_escape.h"
#include "harness/seam/utf8.h"

namespace dynadeck::engine {
namespace {

// Up to this many members a name is looked for by comparing, beyond by hashing.
constexpr std::size_t kFewMembers = 16;

// Keeps of each name the place of the first and the value of the last. Returns what is left.
std::size_t merge_few(std::span<JsonMember> members) {
  std::size_t kept = 0;
  for (const JsonMember& member : members) {
    const auto end = members.begin() + static_cast<std::ptrdiff_t>(kept);
    const auto same = std::find_if(members.begin(), end,
                                   [&](const JsonMember& m) { return m.name == member.name; });
    if (same != end) {
      same->value = member.value;
    } else {
      members[kept++] = member;
    }
  }
  return kept;
}

std::size_t merge_many(std::span<JsonMember> members) {
  std::unordered_map<std::string_view, std::size_t> places;
  places.reserve(members.size());
  std::size_t kept = 0;
  for (const JsonMember& member : members) {
    const auto [place, is_new] = places.try_emplace(member.name, kept);
    if (is_new) {
      members[kept++] = member;
    } else {
      members[place->second].value = member.value;
    }
  }
  return kept;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

// Memory that is given back as a whole: a copy of the body, in which strings lose their escapes
// where they stand, and the values.
class JsonDocument::Arena {
 public:
  explicit Arena(std::string_view body) : resource_(body.size() * 3 + 512), size_(body.size()) {
    text_ = static_cast<char*>(resource_.allocate(size_ + 1, 1));
    if (size_ > 0) std::memcpy(text_, body.data(), size_);
    text_[size_] = '\0';
  }

  char* text() { return text_; }
  std::size_t size() const { return size_; }

  template <typename T>
  T* allocate(std::size_t count) {
    return static_cast<T*>(resource_.allocate(count * sizeof(T), alignof(T)));
  }

 private:
  std::pmr::monotonic_buffer_resource resource_;
  std::size_t size_;
  char* text_ = nullptr;
};

// Reads without recursion: what is not closed yet waits on one stack, and the members of the
// innermost object or list are on its top. A zero byte, which no JSON has, ends the text: so
// looking at the next byte is always allowed. *One thread.*
class JsonDocument::Builder {
 public:
  explicit Builder(Arena& arena)
      : arena_(arena), next_(arena.text()), end_(arena.text() + arena.size()) {
    pending_.reserve(64);
    open_.reserve(16);
  }

  const JsonValue& root() const { return pending_.front().value; }
  std::size_t depth() const { return depth_; }

  bool read() {
    if (std::string_view(next_, arena_.size()).starts_with("\xEF\xBB\xBF")) next_ += 3;
    while (true) {
      skip_space();
      bool opened = false;
      if (!value(opened)) return false;
      if (opened) continue;
      bool wants_value = false;
      while (!wants_value) {
        if (open_.empty()) return at_end();
        if (!follow(wants_value)) return false;
      }
    }
  }

 private:
  struct Open {
    std::size_t position;  // in pending_: the place of what is open, its members after it
    bool is_object;
  };

  void skip_space() {
    while (*next_ == ' ' || *next_ == '\n' || *next_ == '\r' || *next_ == '\t') ++next_;
  }

  bool at_end() {
    skip_space();
    return next_ == end_;
  }

  void add(const JsonValue& value) { pending_.push_back({name_, value}); }

  // One value, or the beginning of an object or list that has members: then `opened`.
  bool value(bool& opened) {
    switch (*next_) {
      case '{':
      case '[':
        return open(opened);
      case '"': {
        std::string_view text;
        if (!string(text)) return false;
        add(JsonValue(JsonValue::Kind::kString, text));
        return true;
      }
      case 't':
        return word("true", JsonValue(true));
      case 'f':
        return word("false", JsonValue(false));
      case 'n':
        return word("null", JsonValue());
      default:
        return number();
    }
  }

  bool word(std::string_view text, const JsonValue& value) {
    if (std::strncmp(next_, text.data(), text.size()) != 0) return false;
    next_ += text.size();
    add(value);
    return true;
  }

  // Puts a place holder where the value will be: it keeps the name.
  bool open(bool& opened) {
    if (open_.size() == kMaxDepth) return false;
    const bool is_object = *next_++ == '{';
    open_.push_back({pending_.size(), is_object});
    depth_ = std::max(depth_, open_.size());
    add(JsonValue());
    skip_space();
    if (*next_ == (is_object ? '}' : ']')) {
      ++next_;
      close();
      return true;
    }
    opened = true;
    return !is_object || name();
  }

  // The name of a member and its colon.
  bool name() {
    skip_space();
    if (*next_ != '"' || !string(name_)) return false;
    skip_space();
    return *next_++ == ':';
  }

  // What comes after a value inside an object or list: a comma, or its end.
  bool follow(bool& wants_value) {
    skip_space();
    const bool is_object = open_.back().is_object;
    const char found = *next_++;
    if (found == ',') {
      wants_value = true;
      return !is_object || name();
    }
    if (found != (is_object ? '}' : ']')) return false;
    close();
    return true;
  }

  void close() {
    const Open closed = open_.back();
    open_.pop_back();
    const std::span<JsonMember> members = std::span(pending_).subspan(closed.position + 1);
    const JsonValue value = closed.is_object ? object(members) : list(members);
    pending_.resize(closed.position + 1);
    pending_.back().value = value;
  }

  JsonValue object(std::span<JsonMember> members) {
    const std::size_t kept =
        members.size() <= kFewMembers ? merge_few(members) : merge_many(members);
    auto* place = arena_.allocate<JsonMember>(kept);
    std::uninitialized_copy_n(members.begin(), kept, place);
    return JsonValue(std::span<const JsonMember>(place, kept));
  }

  JsonValue list(std::span<const JsonMember> members) {
    auto* place = arena_.allocate<JsonValue>(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) new (place + i) JsonValue(members[i].value);
    return JsonValue(std::span<const JsonValue>(place, members.size()));
  }

  bool digits() {
    if (!is_digit(*next_)) return false;
    while (is_digit(*next_)) ++next_;
    return true;
  }

  bool number() {
    const char* const begin = next_;
    if (*next_ == '-') ++next_;
    if (*next_ == '0') {
      ++next_;
    } else if (!digits()) {
      return false;
    }
    if (*next_ == '.') {
      ++next_;
      if (!digits()) return false;
    }
    if (*next_ == 'e' || *next_ == 'E') {
      ++next_;
      if (*next_ == '+' || *next_ == '-') ++next_;
      if (!digits()) return false;
    }
    const std::string_view text(begin, static_cast<std::size_t>(next_ - begin));
    add(JsonValue(JsonValue::Kind::kNumber, text));
    return true;
  }

  void skip_plain() {
    while (end_ - next_ >= 8 && !ends_plain_run(next_)) next_ += 8;
    while (static_cast<unsigned char>(*next_) >= 0x20 && *next_ != '"' && *next_ != '\\') ++next_;
  }

  bool string(std::string_view& text) {
    char* const begin = ++next_;
    skip_plain();
    char* out = next_;
    while (*next_ == '\\') {
      JsonEscape escape(next_, out);
      if (!escape.read()) return false;
      next_ = escape.next();
      out = escape.out();
      const char* const run = next_;
      skip_plain();
      const auto length = static_cast<std::size_t>(next_ - run);
      std::memmove(out, run, length);
      out += length;
    }
    if (*next_ != '"') return false;
    ++next_;
    text = std::string_view(begin, static_cast<std::size_t>(out - begin));
    return true;
  }

  Arena& arena_;
  char* next_;
  const char* end_;
  std::vector<JsonMember> pending_;
  std::vector<Open> open_;
  std::string_view name_;
  std::size_t depth_ = 0;
};

JsonDocument::JsonDocument(std::unique_ptr<Arena> arena) : arena_(std::move(arena)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view body) {
  const ApiError not_json{"SerializationException", {}, {}};
  if (!is_utf8(body)) return not_json;
  JsonDocument document(std::make_unique<Arena>(body));
  Builder builder(*document.arena_);
  if (!builder.read()) return not_json;
  document.root_ = builder.root();
  document.root_.depth_ = static_cast<std::uint16_t>(builder.depth());
  return document;
}

}  // namespace dynadeck::engine
