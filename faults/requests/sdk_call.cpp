#include "faults/requests/sdk_call.h"

#include <strings.h>

#include <charconv>

namespace dynadeck::faults {
namespace {

constexpr std::string_view kAttempts = "amz-sdk-request";
constexpr std::string_view kInvocation = "amz-sdk-invocation-id";

bool is(std::string_view name, std::string_view wanted) {
  return name.size() == wanted.size() &&
         strncasecmp(name.data(), wanted.data(), wanted.size()) == 0;
}

// "attempt=2; max=3", with a ttl first in botocore's later attempts.
std::uint64_t attempt_of(std::string_view value) {
  constexpr std::string_view kMember = "attempt=";
  std::uint64_t attempt = 1;
  const std::size_t found = value.find(kMember);
  if (found == std::string_view::npos) return attempt;
  const std::string_view digits = value.substr(found + kMember.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), attempt);
  return attempt;
}

}  // namespace

// One pass for both: this is asked of every request.
SdkCall sdk_call_of(const HeaderList& headers) {
  SdkCall call;
  for (const auto& [name, value] : headers) {
    if (is(name, kInvocation)) {
      call.invocation_id = value;
    } else if (is(name, kAttempts)) {
      call.attempt = attempt_of(value);
    }
  }
  return call;
}

}  // namespace dynadeck::faults
