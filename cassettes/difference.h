// What differs between two requests, for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dynadeck::cassettes {

// One line per place where the documents differ, at most 20: `$.Key.id.S: asked "b", recorded "a"`.
// What matching does not distinguish is no difference: order in sets, forms of numbers. Bodies that
// are not JSON are compared whole.
std::vector<std::string> differences(std::string_view asked, std::string_view recorded,
                                     std::string_view left_word = "asked",
                                     std::string_view right_word = "recorded");

// A text cut to so many bytes at a character's border, with "..." where it was longer.
std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace dynadeck::cassettes
