// Bytes inside JSON, in base64.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::cassettes {

void append_base64(std::string& out, std::string_view bytes);
// False if it is not base64.
bool append_from_base64(std::string& out, std::string_view text);

}  // namespace dynadeck::cassettes
