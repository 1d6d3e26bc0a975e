// Whose DynamoDB is asked: an account and a region. Apart from the seam's requests and answers,
// since what keeps tables knows of no requests.
#pragma once

#include <string>

namespace dynadeck {

// Who is asked: everything the engine keeps is separate per scope.
struct Scope {
  std::string account;  // 12 digits
  std::string region;   // "us-east-1"

  friend bool operator==(const Scope&, const Scope&) = default;
};

}  // namespace dynadeck
