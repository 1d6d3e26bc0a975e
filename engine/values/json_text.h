// Text as a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::engine {

// Appends text (valid UTF-8) as a JSON string with its quotes, escaping no more than JSON demands.
void append_json_text(std::string& out, std::string_view text);

}  // namespace dynadeck::engine
