#include "engine/wire_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory_resource>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <vector>

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

}  // namespace

// Memory that is given back as a whole.
class JsonDocument::Arena {
 public:
  explicit Arena(std::size_t body_bytes) : resource_(body_bytes * 2 + 1024) {}

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* place = static_cast<char*>(resource_.allocate(text.size(), 1));
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }

  template <typename T>
  std::span<const T> copy(std::span<const T> values) {
    if (values.empty()) return {};
    auto* place = static_cast<T*>(resource_.allocate(values.size_bytes(), alignof(T)));
    std::uninitialized_copy(values.begin(), values.end(), place);
    return {place, values.size()};
  }

 private:
  std::pmr::monotonic_buffer_resource resource_;
};

// Receives the parser's events. What is not closed yet waits on one stack: the members of the
// innermost object or list are on its top.
class JsonDocument::Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(Arena& arena) : arena_(arena) {
    pending_.reserve(64);
    open_.reserve(16);
  }

  const JsonValue& root() const { return pending_.front().value; }

  bool null() override { return add(JsonValue()); }
  bool boolean(bool value) override { return add(JsonValue(value)); }
  bool number_integer(number_integer_t value) override { return add_integer(value); }
  bool number_unsigned(number_unsigned_t value) override { return add_integer(value); }
  bool number_float(number_float_t /*value*/, const string_t& text) override {
    return add(JsonValue(JsonValue::Kind::kNumber, arena_.copy(text)));
  }
  bool string(string_t& value) override {
    return add(JsonValue(JsonValue::Kind::kString, arena_.copy(value)));
  }
  bool binary(binary_t& /*value*/) override { return false; }
  bool key(string_t& name) override {
    name_ = arena_.copy(name);
    return true;
  }

  bool start_object(std::size_t /*size*/) override { return open(); }
  bool start_array(std::size_t /*size*/) override { return open(); }
  bool end_object() override {
    std::span<JsonMember> members = close();
    const std::size_t kept =
        members.size() <= kFewMembers ? merge_few(members) : merge_many(members);
    const JsonValue value(arena_.copy(std::span<const JsonMember>(members.first(kept))));
    return replace_open(value);
  }
  bool end_array() override {
    const std::span<JsonMember> members = close();
    elements_.clear();
    for (const JsonMember& member : members) elements_.push_back(member.value);
    return replace_open(JsonValue(arena_.copy(std::span<const JsonValue>(elements_))));
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*last_token*/,
                   const nlohmann::json::exception& /*error*/) override {
    return false;
  }

 private:
  bool add(const JsonValue& value) {
    pending_.push_back({name_, value});
    return true;
  }

  template <typename Integer>
  bool add_integer(Integer value) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
    return add(JsonValue(JsonValue::Kind::kNumber, arena_.copy(digits)));
  }

  // Puts a place holder where the value will be: it keeps the name.
  bool open() {
    if (open_.size() == kMaxDepth) return false;
    open_.push_back(pending_.size());
    return add(JsonValue());
  }

  std::span<JsonMember> close() { return std::span(pending_).subspan(open_.back() + 1); }

  bool replace_open(const JsonValue& value) {
    pending_.resize(open_.back() + 1);
    pending_.back().value = value;
    open_.pop_back();
    return true;
  }

  Arena& arena_;
  std::vector<JsonMember> pending_;
  std::vector<std::size_t> open_;  // positions in pending_
  std::vector<JsonValue> elements_;
  std::string_view name_;
};

JsonDocument::JsonDocument(std::unique_ptr<Arena> arena) : arena_(std::move(arena)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view body) {
  JsonDocument document(std::make_unique<Arena>(body.size()));
  Builder builder(*document.arena_);
  if (!nlohmann::json::sax_parse(body.begin(), body.end(), &builder)) {
    return ApiError{"SerializationException", {}, {}};
  }
  document.root_ = builder.root();
  return document;
}

}  // namespace dynadeck::engine
