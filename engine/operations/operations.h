// The operations, one function each. All answer the body of a success, or the error.
//
// This room carries them out, one file each, by family: read the input, find the table, lock,
// check, change, answer.
#pragma once

#include <string>

#include "engine/core/core.h"
#include "engine/messages/api_error.h"
#include "engine/wire/json_value.h"
#include "harness/seam/operation.h"

namespace dynadeck::engine {

// body: the request's body as JSON, an object.
using OperationFunction = Result<std::string> (*)(Core& core, const Request& request,
                                                  const JsonValue& body);

Result<std::string> batch_get_item(Core& core, const Request& request, const JsonValue& body);
Result<std::string> batch_write_item(Core& core, const Request& request, const JsonValue& body);
Result<std::string> create_table(Core& core, const Request& request, const JsonValue& body);
Result<std::string> delete_item(Core& core, const Request& request, const JsonValue& body);
Result<std::string> delete_table(Core& core, const Request& request, const JsonValue& body);
Result<std::string> describe_endpoints(Core& core, const Request& request, const JsonValue& body);
Result<std::string> describe_kinesis_streaming_destination(Core& core, const Request& request,
                                                           const JsonValue& body);
Result<std::string> describe_limits(Core& core, const Request& request, const JsonValue& body);
Result<std::string> describe_stream(Core& core, const Request& request, const JsonValue& body);
Result<std::string> describe_table(Core& core, const Request& request, const JsonValue& body);
Result<std::string> describe_time_to_live(Core& core, const Request& request,
                                          const JsonValue& body);
Result<std::string> disable_kinesis_streaming_destination(Core& core, const Request& request,
                                                          const JsonValue& body);
Result<std::string> enable_kinesis_streaming_destination(Core& core, const Request& request,
                                                         const JsonValue& body);
Result<std::string> get_item(Core& core, const Request& request, const JsonValue& body);
Result<std::string> get_records(Core& core, const Request& request, const JsonValue& body);
Result<std::string> get_shard_iterator(Core& core, const Request& request, const JsonValue& body);
Result<std::string> list_streams(Core& core, const Request& request, const JsonValue& body);
Result<std::string> list_tables(Core& core, const Request& request, const JsonValue& body);
Result<std::string> list_tags_of_resource(Core& core, const Request& request,
                                          const JsonValue& body);
Result<std::string> put_item(Core& core, const Request& request, const JsonValue& body);
Result<std::string> query(Core& core, const Request& request, const JsonValue& body);
Result<std::string> scan(Core& core, const Request& request, const JsonValue& body);
Result<std::string> tag_resource(Core& core, const Request& request, const JsonValue& body);
Result<std::string> transact_get_items(Core& core, const Request& request, const JsonValue& body);
Result<std::string> transact_write_items(Core& core, const Request& request, const JsonValue& body);
Result<std::string> untag_resource(Core& core, const Request& request, const JsonValue& body);
Result<std::string> update_item(Core& core, const Request& request, const JsonValue& body);
Result<std::string> update_kinesis_streaming_destination(Core& core, const Request& request,
                                                         const JsonValue& body);
Result<std::string> update_table(Core& core, const Request& request, const JsonValue& body);
Result<std::string> update_time_to_live(Core& core, const Request& request, const JsonValue& body);

// nullptr where the operation is not built yet.
OperationFunction find_operation_function(Operation operation);

}  // namespace dynadeck::engine
