// Whether a folder is ours to keep data in.
#pragma once

#include <string>

#include "harness/seam/result.h"

namespace dynadeck::engine {

// Makes the directory, or checks that it is one of this format version; leaves a mark in a new one.
// Fails with one line for people and changes nothing then.
Outcome<Done, std::string> claim_data_directory(const std::string& directory);

}  // namespace dynadeck::engine
