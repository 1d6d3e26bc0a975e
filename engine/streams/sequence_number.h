// Sequence numbers of stream records: 64-bit integers inside, decimal text on the wire.
//
// All texts have 21 digits, so that their order as text is their order as numbers.
// Source: [doc] API reference, StreamRecord: 21 to 40 characters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dynadeck::engine {

// Appends "100000000000000000042".
void append_sequence_number(std::string& out, std::uint64_t number);

// Nothing for text that append_sequence_number does not give.
std::optional<std::uint64_t> parse_sequence_number(std::string_view text);

}  // namespace dynadeck::engine
