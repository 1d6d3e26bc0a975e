// An answer as bytes, and how they are to leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/http/message.h"
#include "harness/seam/service.h"

namespace dynadeck {

// What an answer has to know of its request.
struct Envelope {
  std::string request_id;
  std::uint64_t request_number = 0;  // as in Request
  bool keep_alive = true;
  bool head_only = false;     // HEAD: the body stays here
  bool from_browser = false;  // Origin was sent
  bool accepts_gzip = false;
  bool plain_json = false;  // the client says application/json for DynamoDB's own content type
};

Envelope envelope_of(const HttpRequest& request, bool keep_alive);

// Bytes on their way out. `allowed` grows as a trickle lets more through.
struct Outgoing {
  std::string head;
  std::string body;
  std::size_t sent = 0;
  std::size_t allowed = 0;
  std::size_t limit = 0;  // head and body, or what a cut leaves of them
  bool keep_alive = true;
  bool linger = false;  // the client may still be sending what nobody will read
  Delivery delivery;

  bool cut() const { return limit < head.size() + body.size(); }
};

// date: as the Date header has it. Bodies from min_gzip_bytes on are compressed where the client
// takes that; x-amz-crc32 is over the bytes that leave ([doc] botocore's retry handler and the Go
// SDK's checksum middleware read them before decompression).
Outgoing render(Response response, const Envelope& envelope, std::string_view date,
                std::size_t min_gzip_bytes);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::chrono::sys_seconds time);

}  // namespace dynadeck
