#include "cassettes/matching/hash.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "cassettes/json/text.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::uint64_t kK1 = 0x9E3779B97F4A7C15;
constexpr std::uint64_t kK2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kK3 = 0x165667B19E3779F9;
constexpr std::uint64_t kK4 = 0xD6E8FEB86659FD93;

__extension__ using Wide = unsigned __int128;

std::uint64_t fold(std::uint64_t left, std::uint64_t right) {
  const Wide product = static_cast<Wide>(left) * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Little-endian, as the tape is.
template <typename Word = std::uint64_t>
std::uint64_t word_at(const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// The last `left` bytes, 1 to 7 of them, as a word with zeros above. Loads overlap: most names and
// many values are shorter than a word, and a loop over their bytes took longer than all the rest.
std::uint64_t last_word(std::string_view bytes, std::size_t left) {
  const char* const end = bytes.data() + bytes.size();
  if (bytes.size() >= 8) return word_at(end - 8) >> (64 - 8 * left);
  const char* const start = end - left;
  if (left >= 4) {
    return word_at<std::uint32_t>(start) | word_at<std::uint32_t>(end - 4) << (8 * (left - 4));
  }
  const std::uint64_t last = static_cast<unsigned char>(end[-1]);
  return left == 1 ? last : word_at<std::uint16_t>(start) | last << (8 * (left - 1));
}

std::uint64_t hash_bytes(char kind, std::string_view bytes) {
  std::uint64_t hash = static_cast<unsigned char>(kind) * kK1 ^ bytes.size() * kK2;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) hash = fold(hash ^ word_at(at), kK3);
  if (left > 0) hash = fold(hash ^ last_word(bytes, left), kK3);
  return fold(hash ^ kK4, kK1);
}

std::uint64_t hash_member(std::uint64_t name, std::uint64_t value) {
  return fold(fold(name ^ kK1, kK3) ^ value, kK2);
}

std::uint64_t finish_object(std::uint64_t sum) { return fold(sum, kK4) ^ 'o'; }

enum class Meaning : std::uint8_t { kPlain, kNumber, kSet, kNumberSet };

// What a member's name says of its value: attribute values name their type.
Meaning meaning_of(std::string_view name) {
  if (name.size() == 1) return name[0] == 'N' ? Meaning::kNumber : Meaning::kPlain;
  if (name.size() != 2 || name[1] != 'S') return Meaning::kPlain;
  if (name[0] == 'N') return Meaning::kNumberSet;
  return name[0] == 'S' || name[0] == 'B' ? Meaning::kSet : Meaning::kPlain;
}

// One pass: checks and hashes. scan: filled on the way where it is given.
class Hasher {
 public:
  explicit Hasher(std::string_view text, RequestScan* scan = nullptr)
      : cursor_(text), scan_(scan) {}

  bool value(std::uint64_t& hash, Meaning meaning, int depth) {
    if (depth > kMaxJsonDepth) return false;
    cursor_.skip_space();
    std::string_view text;
    switch (cursor_.peek()) {
      case '"':
        return string(hash, meaning);
      case '{':
        return object(hash, depth);
      case '[':
        return array(hash, meaning, depth);
      case 't':
      case 'f':
      case 'n':
        if (!cursor_.word(text)) return false;
        hash = hash_bytes(text == "null" ? '0' : text[0], {});
        return true;
      default:
        if (!cursor_.number(text)) return false;
        hash = number('n', text);
        return true;
    }
  }

  JsonCursor& cursor() { return cursor_; }

 private:
  std::uint64_t number(char kind, std::string_view text) {
    scratch_.clear();
    if (append_normal_number(scratch_, text)) return hash_bytes(kind, scratch_);
    return hash_bytes('s', text);
  }

  bool string(std::uint64_t& hash, Meaning meaning) {
    std::string_view inner;
    bool escaped = false;
    if (!cursor_.string(inner, escaped)) return false;
    if (escaped) {
      unescaped_.clear();
      unescape(inner, unescaped_);
      inner = unescaped_;
    }
    hash = meaning == Meaning::kNumber ? number('d', inner) : hash_bytes('s', inner);
    return true;
  }

  bool object(std::uint64_t& hash, int depth) {
    std::uint64_t sum = 0;
    for (cursor_.open('{'); cursor_.next('}');) {
      std::string_view name;
      bool escaped = false;
      if (!cursor_.name(name, escaped)) return false;
      if (escaped) {
        unescaped_.clear();
        unescape(name, unescaped_);
        name = unescaped_;
      }
      const std::uint64_t name_hash = hash_bytes('s', name);
      const Part part = scan_ != nullptr && depth == 0 ? part_of(name) : Part::kOther;
      std::vector<MemberHash>* const members = depth == 1 ? members_ : nullptr;
      if (part != Part::kOther) members_ = members_of(part);
      const char* const start = cursor_.position();
      std::uint64_t value_hash = 0;
      if (!value(value_hash, meaning_of(name), depth + 1)) return false;
      sum += hash_member(name_hash, value_hash);
      if (members != nullptr) members->push_back({name_hash, value_hash});
      if (part != Part::kOther) note(part, value_hash, start);
    }
    hash = finish_object(sum);
    return !cursor_.failed();
  }

  // What a scan wants to know of a request's members.
  enum class Part : std::uint8_t { kOther, kTable, kKey, kItem, kValues };

  static Part part_of(std::string_view name) {
    switch (name.size()) {
      case 3:
        return name == "Key" ? Part::kKey : Part::kOther;
      case 4:
        return name == "Item" ? Part::kItem : Part::kOther;
      case 9:
        return name == "TableName" ? Part::kTable : Part::kOther;
      case 25:
        return name == "ExpressionAttributeValues" ? Part::kValues : Part::kOther;
      default:
        return Part::kOther;
    }
  }

  std::vector<MemberHash>* members_of(Part part) {
    if (part == Part::kItem) return &scan_->item;
    if (part == Part::kKey) return &scan_->key_members;
    return part == Part::kValues ? &scan_->values : nullptr;
  }

  // start: where the value begins, perhaps with white space.
  void note(Part part, std::uint64_t value_hash, const char* start) {
    members_ = nullptr;
    if (part == Part::kKey) scan_->key = value_hash;
    if (part != Part::kTable) return;
    std::string_view raw(start, static_cast<std::size_t>(cursor_.position() - start));
    raw.remove_prefix(std::min(raw.find('"'), raw.size()));
    const bool plain = raw.size() >= 2 && raw.find('\\') == std::string_view::npos;
    scan_->table = plain ? raw.substr(1, raw.size() - 2) : std::string_view();
  }

  bool array(std::uint64_t& hash, Meaning meaning, int depth) {
    const bool set = meaning == Meaning::kSet || meaning == Meaning::kNumberSet;
    const Meaning inner = meaning == Meaning::kNumberSet ? Meaning::kNumber : Meaning::kPlain;
    std::uint64_t list = 'l';
    std::uint64_t sum = 0;
    for (cursor_.open('['); cursor_.next(']');) {
      std::uint64_t element = 0;
      if (!value(element, inner, depth + 1)) return false;
      list = fold(list ^ element, kK3) + kK2;
      sum += fold(element ^ kK2, kK3);
    }
    hash = set ? fold(sum, kK4) ^ 'S' : list;
    return !cursor_.failed();
  }

  JsonCursor cursor_;
  RequestScan* const scan_;
  std::vector<MemberHash>* members_ = nullptr;  // where the members of what is passed belong
  std::string scratch_;
  std::string unescaped_;
};

bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

}  // namespace

namespace {

BodyHash hash_whole(Hasher& hasher, std::string_view body) {
  BodyHash result;
  if (!hasher.value(result.hash, Meaning::kPlain, 0)) return {hash_bytes('x', body), false};
  const bool exact = hasher.cursor().at_end() && !is_space(body.front());
  hasher.cursor().skip_space();
  if (!hasher.cursor().at_end()) return {hash_bytes('x', body), false};
  result.embeddable = exact && !hasher.cursor().saw_line_break();
  return result;
}

}  // namespace

BodyHash hash_body(std::string_view body) {
  Hasher hasher(body);
  return hash_whole(hasher, body);
}

void scan_request(std::string_view body, RequestScan& scan) {
  scan.table = {};
  scan.key.reset();
  scan.item.clear();
  scan.key_members.clear();
  scan.values.clear();
  Hasher hasher(body, &scan);
  scan.body = hash_whole(hasher, body);
}

std::optional<std::uint64_t> hash_members(std::span<const MemberHash> members,
                                          std::span<const std::string> names) {
  std::uint64_t sum = 0;
  for (const std::string& name : names) {
    const std::uint64_t wanted = hash_bytes('s', name);
    const auto found = std::find_if(members.begin(), members.end(), [&](const MemberHash& member) {
      return member.name == wanted;
    });
    if (found == members.end()) return std::nullopt;
    sum += hash_member(wanted, found->value);
  }
  return finish_object(sum);
}

std::optional<std::uint64_t> hash_value(std::string_view raw) {
  Hasher hasher(raw);
  std::uint64_t hash = 0;
  if (!hasher.value(hash, Meaning::kPlain, 0)) return std::nullopt;
  return hash;
}

std::optional<std::uint64_t> hash_members(std::string_view object,
                                          std::span<const std::string> names) {
  std::uint64_t sum = 0;
  std::size_t found = 0;
  const bool good = for_each_member(object, [&](std::string_view name, std::string_view raw) {
    if (std::find(names.begin(), names.end(), name) == names.end()) return true;
    const std::optional<std::uint64_t> value = hash_value(raw);
    if (!value) return false;
    sum += hash_member(hash_bytes('s', name), *value);
    ++found;
    return true;
  });
  if (!good || found != names.size()) return std::nullopt;
  return finish_object(sum);
}

std::uint64_t hash_text(std::string_view text) { return hash_bytes('s', text); }

std::uint64_t hash_asked(std::string_view operation, std::string_view account,
                         std::string_view region) {
  std::uint64_t hash = fold(hash_text(operation) ^ kK1, kK2);
  hash = fold(hash ^ hash_text(account), kK3);
  return fold(hash ^ hash_text(region), kK4);
}

std::uint64_t match_hash(std::string_view operation, std::string_view account,
                         std::string_view region, std::uint64_t body_hash) {
  return hash_asked(operation, account, region) ^ body_hash;
}

std::uint64_t combine(std::uint64_t left, std::uint64_t right) {
  return fold(left ^ kK1, kK3) + fold(right ^ kK2, kK4);
}

bool append_normal_number(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  const auto refuse = [&] {
    out.resize(start);
    return false;
  };
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at != end && (*at == '-' || *at == '+')) {
    if (*at == '-') out += '-';
    ++at;
  }
  const std::size_t digits_start = out.size();
  std::int64_t exponent = 0;
  std::size_t digits_seen = 0;
  bool point = false;
  for (; at != end; ++at) {
    if (*at == '.' && !point) {
      point = true;
    } else if (*at >= '0' && *at <= '9') {
      ++digits_seen;
      if (point) --exponent;
      if (*at != '0' || out.size() > digits_start) out += *at;
    } else {
      break;
    }
  }
  if (digits_seen == 0) return refuse();
  if (at != end) {
    if (*at != 'e' && *at != 'E') return refuse();
    ++at;
    if (at != end && *at == '+') ++at;
    std::int32_t stated = 0;
    const auto [stop, error] = std::from_chars(at, end, stated);
    if (error != std::errc{} || stop != end) return refuse();
    exponent += stated;
  }
  if (out.size() == digits_start) {
    out.resize(start);
    out += '0';
    return true;
  }
  while (out.back() == '0') {
    out.pop_back();
    ++exponent;
  }
  out += 'e';
  char buffer[24];
  const auto [stop, error] = std::to_chars(buffer, buffer + sizeof buffer, exponent);
  out.append(buffer, stop);
  return true;
}

}  // namespace dynadeck::cassettes
