#include "cassettes/json/text.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "harness/seam/utf8.h"

namespace dynadeck::cassettes {
namespace {

bool is_special(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value < 0x20 || value >= 0x80 || value == '"' || value == '\\';
}

// The first byte that is a control character, a quote, a backslash or not ASCII; eight at a time.
const char* skip_plain(const char* position, const char* end) {
  for (; end - position >= 8; position += 8) {
    const std::uint64_t special = special_bytes(position);
    if (special != 0) return position + std::countr_zero(special) / 8;
  }
  while (position != end && !is_special(*position)) ++position;
  return position;
}

int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// Bytes of the escape that starts there, without the backslash; 0 if there is none.
int escape_length(const char* position, const char* end) {
  if (position == end) return 0;
  if (*position != 'u') return std::strchr("\"\\/bfnrt", *position) != nullptr && *position ? 1 : 0;
  if (end - position < 5) return 0;
  for (int i = 1; i <= 4; ++i) {
    if (hexadecimal(position[i]) < 0) return 0;
  }
  return 5;
}

std::uint32_t code_unit(std::string_view digits) {
  std::uint32_t unit = 0;
  for (const char digit : digits.substr(0, 4)) {
    unit = unit * 16 + static_cast<std::uint32_t>(hexadecimal(digit));
  }
  return unit;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F));
  }
}

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

}  // namespace

void JsonCursor::skip_spaces() {
  for (; position_ != end_; ++position_) {
    const char byte = *position_;
    if (byte == '\n' || byte == '\r') {
      saw_line_break_ = true;
    } else if (byte != ' ' && byte != '\t') {
      return;
    }
  }
}

bool JsonCursor::any_string(std::string_view& inner, bool& escaped) {
  if (!take('"')) return fail();
  const char* const start = position_;
  escaped = false;
  for (const char* at = start;;) {
    at = skip_plain(at, end_);
    if (at == end_) return fail();
    const char byte = *at;
    if (byte == '"') {
      inner = {start, static_cast<std::size_t>(at - start)};
      position_ = at + 1;
      return true;
    }
    if (byte == '\\') {
      const int length = escape_length(at + 1, end_);
      if (length == 0) return fail();
      escaped = true;
      at += 1 + length;
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      return fail();
    } else {
      const int length = utf8_length(at, end_);
      if (length == 0) return fail();
      at += length;
    }
  }
}

bool JsonCursor::number(std::string_view& text) {
  const char* at = position_;
  const auto digits = [&] {
    const char* const before = at;
    while (at != end_ && is_digit(*at)) ++at;
    return at != before;
  };
  if (at != end_ && *at == '-') ++at;
  if (at != end_ && *at == '0') {
    ++at;
  } else if (!digits()) {
    return fail();
  }
  if (at != end_ && *at == '.') {
    ++at;
    if (!digits()) return fail();
  }
  if (at != end_ && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end_ && (*at == '+' || *at == '-')) ++at;
    if (!digits()) return fail();
  }
  text = {position_, static_cast<std::size_t>(at - position_)};
  position_ = at;
  return true;
}

bool JsonCursor::word(std::string_view& text) {
  const std::string_view rest(position_, static_cast<std::size_t>(end_ - position_));
  for (const std::string_view known : {"true", "false", "null"}) {
    if (!rest.starts_with(known)) continue;
    text = rest.substr(0, known.size());
    position_ += known.size();
    return true;
  }
  return fail();
}

bool JsonCursor::value(std::string_view& raw, int depth) {
  if (depth > kMaxJsonDepth) return fail();
  skip_space();
  const char* const start = position_;
  std::string_view ignored;
  bool escaped = false;
  bool good = false;
  switch (peek()) {
    case '"':
      good = string(ignored, escaped);
      break;
    case '{':
      for (open('{'); next('}');) {
        if (!name(ignored, escaped) || !value(ignored, depth + 1)) return false;
      }
      good = !failed_;
      break;
    case '[':
      for (open('['); next(']');) {
        if (!value(ignored, depth + 1)) return false;
      }
      good = !failed_;
      break;
    case 't':
    case 'f':
    case 'n':
      good = word(ignored);
      break;
    default:
      good = number(ignored);
  }
  if (good) raw = {start, static_cast<std::size_t>(position_ - start)};
  return good;
}

std::string_view find_member(std::string_view object, std::string_view name) {
  std::string_view found;
  for_each_member(object, [&](std::string_view member, std::string_view raw) {
    if (member == name) found = raw;
    return found.empty();
  });
  return found;
}

std::string string_value(std::string_view raw) {
  std::string text;
  JsonCursor cursor(raw);
  std::string_view inner;
  bool escaped = false;
  if (cursor.peek() != '"' || !cursor.string(inner, escaped)) return text;
  if (escaped) {
    unescape(inner, text);
  } else {
    text = inner;
  }
  return text;
}

std::uint64_t unsigned_value(std::string_view raw, std::uint64_t fallback) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
  return error == std::errc{} && end == raw.data() + raw.size() && !raw.empty() ? number : fallback;
}

void unescape(std::string_view inner, std::string& out) {
  while (!inner.empty()) {
    const std::size_t plain = inner.find('\\');
    out += inner.substr(0, plain);
    if (plain == std::string_view::npos) return;
    const char kind = inner[plain + 1];
    inner.remove_prefix(plain + 2);
    if (kind != 'u') {
      constexpr std::string_view kFrom = "bfnrt";
      const std::size_t control = kFrom.find(kind);
      out += control == std::string_view::npos ? kind : "\b\f\n\r\t"[control];
      continue;
    }
    std::uint32_t code = code_unit(inner);
    inner.remove_prefix(4);
    if (code >= 0xD800 && code <= 0xDBFF && inner.starts_with("\\u")) {
      const std::uint32_t low = code_unit(inner.substr(2));
      if (low >= 0xDC00 && low <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        inner.remove_prefix(6);
      }
    }
    append_utf8(out, code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* plain = skip_plain(at, end);
    while (plain != end && static_cast<unsigned char>(*plain) >= 0x80) {
      plain = skip_plain(plain + 1, end);
    }
    out.append(at, plain);
    at = plain;
    if (at == end) break;
    const char byte = *at++;
    constexpr std::string_view kFrom = "\b\f\n\r\t\"\\";
    const std::size_t known = kFrom.find(byte);
    out += '\\';
    if (known != std::string_view::npos) {
      out += "bfnrt\"\\"[known];
    } else {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out += "u00";
      out += kDigits[static_cast<unsigned char>(byte) >> 4];
      out += kDigits[static_cast<unsigned char>(byte) & 15];
    }
  }
  out += '"';
}

}  // namespace dynadeck::cassettes
