// Base64 with padding, as DynamoDB's JSON carries binary values (RFC 4648, section 4).
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::engine {

void append_base64(std::string& out, std::string_view bytes);

}  // namespace dynadeck::engine
