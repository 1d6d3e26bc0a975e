// What differs between two requests, for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dynadeck::cassettes {

// How much of the differences is said.
struct DifferenceLimits {
  std::size_t lines = 20;         // then one that says how many places more there are
  std::size_t value_bytes = 120;  // of each value
};

// One line per place where the documents differ: `$.Key.id.S: asked "b", recorded "a"`; of a set
// its members: `$.Item.tags.SS: only asked ["x"], only recorded ["y"]`. Of long texts what
// surrounds the first difference. What matching does not distinguish is no difference: order in
// sets, forms of numbers. Bodies that are not JSON are compared whole.
std::vector<std::string> differences(std::string_view asked, std::string_view recorded,
                                     std::string_view left_word = "asked",
                                     std::string_view right_word = "recorded",
                                     const DifferenceLimits& limits = {});

// In how many places they differ; counts to `most` at least where there are more.
std::size_t count_differences(std::string_view asked, std::string_view recorded, std::size_t most);

// A text cut to so many bytes at a character's border, with "..." where it was longer.
std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace dynadeck::cassettes
