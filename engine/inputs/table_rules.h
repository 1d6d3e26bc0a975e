// What CreateTable and UpdateTable requests must agree on with themselves.
#pragma once

#include "engine/inputs/tables.h"
#include "engine/messages/api_error.h"

namespace dynadeck::engine {

// All of CreateTable's rules, in DynamoDB's order: throughput of the table, key schemas against
// attribute definitions, then each index. has_local_list, has_global_list: whether the request has
// the list, empty or not.
Status check_create_table(const CreateTableInput& input, bool has_local_list, bool has_global_list);

Status check_update_table(const UpdateTableInput& input);

}  // namespace dynadeck::engine
