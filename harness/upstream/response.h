// An upstream's reply as the answer to dynadeck's client.
#pragma once

#include <cstddef>
#include <string>

#include "harness/seam/result.h"
#include "harness/seam/service.h"
#include "harness/upstream/client.h"
#include "harness/upstream/reply.h"

namespace dynadeck {

// Status, body and headers pass untouched, but for what only concerned the upstream's connection;
// gzip is undone, and x-amz-crc32 checked (the HTTP layer sends its own, over what it sends).
//
// max_body_bytes: after decompression.
// Fails with half a sentence: "x-amz-crc32 says 1, the body's is 2". Pure.
Outcome<Response, std::string> upstream_response(UpstreamReply reply, std::size_t max_body_bytes);

// The answer where there is no reply. SDKs retry it as they would a server's own failure: 502, or
// 504 where the time was up, with InternalServerError in DynamoDB's form. [chosen]
//
// origin: "https://host:port", which the message names.
Response upstream_failure(const UpstreamFailure& failure, const std::string& origin);

}  // namespace dynadeck
