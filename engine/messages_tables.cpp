#include "engine/messages_tables.h"

namespace dynadeck::engine::messages {

std::string internal_server_error() { return "Internal server error"; }

std::string not_built_yet(std::string_view operation) {
  return "dynadeck does not answer " + std::string(operation) + " yet";
}

std::string resource_not_found() { return "Requested resource not found"; }

std::string table_not_found(std::string_view table_name) {
  return "Requested resource not found: Table: " + std::string(table_name) + " not found";
}

}  // namespace dynadeck::engine::messages
