// What a backslash stands for in a JSON string. For json.cpp, which inlines it.
#pragma once

namespace dynadeck::engine {

// One escape. What it stands for is never longer than itself, so a string loses its escapes where
// it stands. *One thread.*
class JsonEscape {
 public:
  // next: at the backslash, in a text that a zero byte ends. out: where to write, at or before it.
  JsonEscape(char* next, char* out) : next_(next), out_(out) {}

  // False where it is none.
  bool read() {
    ++next_;
    switch (*next_++) {
      case '"':
        *out_++ = '"';
        return true;
      case '\\':
        *out_++ = '\\';
        return true;
      case '/':
        *out_++ = '/';
        return true;
      case 'b':
        *out_++ = '\b';
        return true;
      case 'f':
        *out_++ = '\f';
        return true;
      case 'n':
        *out_++ = '\n';
        return true;
      case 'r':
        *out_++ = '\r';
        return true;
      case 't':
        *out_++ = '\t';
        return true;
      case 'u':
        return unicode();
      default:
        return false;
    }
  }

  // Where the escape ends, and where what it stands for does.
  char* next() const { return next_; }
  char* out() const { return out_; }

 private:
  bool unicode() {
    unsigned code = 0;
    if (!hexadecimal(code)) return false;
    if (code >= 0xDC00 && code <= 0xDFFF) return false;
    if (code >= 0xD800 && code <= 0xDBFF) {
      unsigned low = 0;
      if (next_[0] != '\\' || next_[1] != 'u') return false;
      next_ += 2;
      if (!hexadecimal(low) || low < 0xDC00 || low > 0xDFFF) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    write_utf8(code);
    return true;
  }

  bool hexadecimal(unsigned& code) {
    for (int i = 0; i < 4; ++i) {
      const char c = *next_;
      unsigned digit = 0;
      if (is_digit(c)) {
        digit = static_cast<unsigned>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<unsigned>(c - 'a') + 10;
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<unsigned>(c - 'A') + 10;
      } else {
        return false;
      }
      code = code << 4 | digit;
      ++next_;
    }
    return true;
  }

  void write_utf8(unsigned code) {
    const auto put = [this](unsigned byte) { *out_++ = static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6);
      put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      put(0xE0 | code >> 12);
      put(0x80 | (code >> 6 & 0x3F));
      put(0x80 | (code & 0x3F));
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
      put(0x80 | (code >> 6 & 0x3F));
      put(0x80 | (code & 0x3F));
    }
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  char* next_;
  char* out_;
};

}  // namespace dynadeck::engine
