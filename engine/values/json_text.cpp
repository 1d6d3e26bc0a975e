#include "engine/values/json_text.h"

#include "engine/values/plain_run.h"

namespace dynadeck::engine {
namespace {

bool needs_escape(char character) {
  return static_cast<unsigned char>(character) < 0x20 || character == '"' || character == '\\';
}

void append_escape(std::string& out, char character) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (character) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      out.append("\\u00");
      out.push_back(kHex[static_cast<unsigned char>(character) >> 4]);
      out.push_back(kHex[character & 15]);
  }
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;  // start of what has not been copied yet
  std::size_t index = 0;
  while (index < text.size()) {
    if (text.size() - index >= 8 && !ends_plain_run(text.data() + index)) {
      index += 8;
    } else if (!needs_escape(text[index])) {
      ++index;
    } else {
      out.append(text, plain, index - plain);
      append_escape(out, text[index]);
      plain = ++index;
    }
  }
  out.append(text, plain);
  out.push_back('"');
}

}  // namespace dynadeck::engine
