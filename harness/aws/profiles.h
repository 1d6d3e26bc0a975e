// The AWS command line's config and credentials files.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dynadeck {

using AwsProfile = std::map<std::string, std::string>;  // settings, names in lower case
using AwsProfiles = std::map<std::string, AwsProfile>;

// Both are the same format but for how sections are called: "[profile dev]" in the config file,
// "[dev]" in the credentials file, "[default]" in both. Lines that make no sense are left out, and
// so are settings below a setting (indented ones). Pure.
// Source: [doc] AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
enum class AwsFile { kConfig, kCredentials };
AwsProfiles parse_profiles(std::string_view text, AwsFile file);

}  // namespace dynadeck
