// DynamoDB's sentences about attribute values and the size of items; see api_error.h.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

std::string not_a_number(std::string_view text_given);
std::string not_a_number_at_all();  // the older layer's, for an empty text
std::string too_many_digits();
std::string number_overflow();
std::string number_underflow();

std::string empty_attribute_value();
std::string several_attribute_values();
std::string empty_attribute_name();
std::string attribute_name_too_large();
std::string nested_too_deep();
std::string item_too_large();
std::string updated_item_too_large();

// After invalid_parameter().
std::string null_must_be_true();
std::string empty_set(std::string_view type);  // "SS", "NS", "BS"
// members: as the request has them. quoted: today's layer.
std::string duplicate_members(std::span<const std::string_view> members, bool is_binary,
                              bool quoted);
std::string duplicate_numbers();
// Not after invalid_parameter().
std::string duplicate_numbers_older();

}  // namespace dynadeck::engine::messages
