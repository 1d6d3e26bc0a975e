// Every error that DynamoDB answers, in its exact wire form: one table for all rooms.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "harness/seam/service.h"

namespace dynadeck {

// How an error looks on the wire.
struct ErrorShape {
  std::string_view code;            // "ResourceNotFoundException"
  std::string_view type_namespace;  // what stands before '#' in __type
  int status;
  std::string_view message_member;  // "message", or "Message" where AWS has it so
};

std::span<const ErrorShape> all_errors();

// The shape of that code; an unknown code has DynamoDB's own namespace, 400 and "message".
ErrorShape error_shape(std::string_view code);

// The answer for an error.
//
// members: further members of the body as JSON text without braces, for instance
//   "CancellationReasons":[...]; they come between __type and the message. Empty for none.
Response error_response(std::string_view code, std::string_view message,
                        std::string_view members = {});

// Appends text as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace dynadeck
