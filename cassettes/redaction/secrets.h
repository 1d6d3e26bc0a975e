// Credentials that have no business on a tape.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dynadeck::cassettes {

// What in the text looks like a credential: "an AWS access key id (AKIA...)". Never the secret
// itself. A name that promises one ("aws_secret_access_key") counts unless a pseudonym follows.
std::vector<std::string> find_secrets(std::string_view text);

// The same for a line of a tape: also in strings that are escaped, and in the bytes behind base64.
std::vector<std::string> find_secrets_of_line(std::string_view line);

}  // namespace dynadeck::cassettes
