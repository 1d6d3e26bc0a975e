// The bytes that ask an upstream what a client asked dynadeck.
#pragma once

#include <string>
#include <string_view>

#include "harness/aws/credentials.h"
#include "harness/seam/service.h"
#include "harness/upstream/target.h"

namespace dynadeck {

// Whose signature an upstream is to see, and of when.
struct UpstreamSigner {
  const AwsCredentials& credentials;
  std::string_view signing_key;  // sigv4::signing_key of the credentials, the date and the region
  std::string_view time;         // "20150830T123600Z"
};

// Head and body of a POST.
//
// What the client sent goes along, but for what only concerned its connection. With a signer the
// request is signed anew for the route's host and region; without, the client's own signature and
// Host go along untouched. Pure.
std::string upstream_request(const Request& request, const UpstreamRoute& route,
                             const UpstreamSigner* signer);

}  // namespace dynadeck
