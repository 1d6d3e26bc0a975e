#include "engine/messages_tables.h"

namespace dynadeck::engine::messages {

std::string internal_server_error() { return "Internal server error"; }

}  // namespace dynadeck::engine::messages
