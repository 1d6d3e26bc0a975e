// DynamoDB's sentences about tables, indexes and the service itself; see messages.h.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

std::string internal_server_error();

// Ours, not AWS's: an operation of the SDKs that dynadeck does not answer.
std::string not_built_yet(std::string_view operation);

// Of operations on items.
std::string resource_not_found();
// Of operations on tables.
std::string table_not_found(std::string_view table_name);

}  // namespace dynadeck::engine::messages
