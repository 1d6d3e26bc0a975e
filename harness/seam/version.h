// Which dynadeck this is. The number is written in the top CMakeLists.txt.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck {

std::string_view version_number();  // "0.1.0"
std::string version_text();         // "dynadeck 0.1.0"

}  // namespace dynadeck
