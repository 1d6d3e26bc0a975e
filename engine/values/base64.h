// Base64 with padding, as DynamoDB's JSON carries binary values (RFC 4648, section 4).
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::engine {

void append_base64(std::string& out, std::string_view bytes);

// Whether text is what append_base64 gives for some bytes: alphabet, padding and unused bits.
bool is_base64(std::string_view text);

// Appends the bytes that text stands for. Only after is_base64().
void append_decoded_base64(std::string& out, std::string_view text);

}  // namespace dynadeck::engine
