// Whether bytes are text.
#pragma once

#include <string_view>

namespace dynadeck {

// Length in bytes, 1 to 4, of the character that starts at `position`, before `end`; 0 where none
// does: overlong forms and surrogates are none. Source: [doc] Unicode standard, table 3-7.
int utf8_length(const char* position, const char* end);

bool is_utf8(std::string_view text);

}  // namespace dynadeck
