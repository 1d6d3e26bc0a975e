// DynamoDB's JSON to encoded values, with DynamoDB's rules for them.
//
// What comes here has passed the check of JSON types (constraints.h): strings are strings, B is
// Base64, and so on; members that no AttributeValue has are ignored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/messages/api_error.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

// DynamoDB checks values in one of two layers, whose sentences differ for bad numbers and for
// duplicate members of sets. Which operation uses which: constraints.h.
// Source: [doc] captures of four regions in October 2026, published with the conformance suite of
// paritysuite.
enum class ValueWording : std::uint8_t { kCurrent, kOlder };

// Appends the encoded value. Fails with a ValidationException, without any prefix.
Status append_value(const JsonValue& value, ValueWording wording, std::string& out);

// An object of attribute names and values as an encoded item.
Result<std::string> read_item(const JsonValue& attributes, ValueWording wording);

// Levels of maps and lists that a value may have, itself counted as the first.
constexpr std::size_t kMaxNesting = 32;

// Source: [doc] "Service, account, and table quotas": 400 KB.
constexpr std::size_t kMaxItemBytes = 400 * 1024;

// The attribute that an item's or key's JSON names twice or not at all is no concern of this file;
// an empty name is. Fails where a name is empty or longer than 65,535 bytes.
Status check_attribute_name(std::string_view name);

}  // namespace dynadeck::engine
