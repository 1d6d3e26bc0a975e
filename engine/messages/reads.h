// DynamoDB's sentences about Query and Scan; see api_error.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

// ---------------------------------------------------------------- indexes and starting keys

std::string unknown_index(std::string_view index);
std::string inconsistent_index();
std::string starting_key_invalid();
// reason: a sentence about the key.
std::string starting_key_invalid(std::string_view reason);
std::string starting_key_outside();
std::string starting_key_outside_range();
std::string starting_key_single_row();
std::string starting_key_wrong_segment(std::string_view total_segments, std::string_view segment);
std::string all_attributes_of_index(std::string_view index);
// names: the attributes that are not there, as "[a, b]".
std::string not_projected(std::string_view index, std::string_view names);
std::string filter_not_projected(std::string_view index, std::string_view attributes);

// ---------------------------------------------------------------- what a read shows

std::string select_needs_projection();
std::string projection_with_count(std::string_view parameter);
std::string projection_with_all(std::string_view parameter, std::string_view select);
std::string projected_needs_index();
std::string filter_on_key(std::string_view attribute);
std::string legacy_filter_on_key(std::string_view attribute);

// ---------------------------------------------------------------- parallel scans

std::string total_segments_missing();
std::string segment_missing();
std::string segment_too_large(std::int64_t segment, std::int64_t total_segments);

}  // namespace dynadeck::engine::messages
