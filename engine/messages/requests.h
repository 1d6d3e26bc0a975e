// DynamoDB's sentences about requests: their shape, and what their members ask together; see
// api_error.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

// ---------------------------------------------------------------- SerializationException

// token: "NUMBER_VALUE". java_class: "String".
std::string cannot_be_converted(std::string_view token, std::string_view java_class);
std::string unrecognized_collection(std::string_view package, std::string_view java_class);
std::string unrecognized_map(std::string_view value_class);
std::string unexpected_structure();
std::string unexpected_token();
std::string unexpected_field_type();
std::string unexpected_value_type();
std::string cannot_cast_collection();
std::string only_base64();
std::string base64_length(std::size_t length);
std::string base64_character();

// ---------------------------------------------------------------- constraints

// "2 validation errors detected: " and the violations.
std::string validation_errors(std::span<const std::string> violations);

// One violation; `what` is one of the sentences below.
std::string constraint_on_null(std::string_view path, std::string_view what);
std::string constraint_on_value(std::string_view value, std::string_view path,
                                std::string_view what);
std::string constraint_named(std::string_view path, std::string_view what);
std::string constraint_anonymous(std::string_view what);

std::string must_not_be_null();
std::string must_match(std::string_view pattern);
// than: "greater" or "less".
std::string must_have_length(std::string_view than, std::int64_t length);
std::string must_have_value(std::string_view than, std::int64_t value);
std::string must_be_one_of(std::span<const std::string_view> values);
std::string map_keys_must(std::size_t most, std::size_t least, std::string_view pattern);
std::string map_values_must(std::int64_t most, std::int64_t least);

// ---------------------------------------------------------------- members that do not go together

std::string only_all_old_or_none();
std::string duplicate_item_keys();
std::string too_many_batch_keys();
std::string too_many_batch_writes();
std::string one_action_per_item();

}  // namespace dynadeck::engine::messages
