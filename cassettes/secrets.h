// Credentials that have no business on a tape.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dynadeck::cassettes {

// What in the text looks like a credential: "an AWS access key id (AKIA...)". Never the secret
// itself.
std::vector<std::string> find_secrets(std::string_view text);

}  // namespace dynadeck::cassettes
