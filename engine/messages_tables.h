// DynamoDB's sentences about tables, indexes and the service itself; see messages.h.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

std::string internal_server_error();

}  // namespace dynadeck::engine::messages
