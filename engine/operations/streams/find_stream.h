// What the operations on one stream have in common.
#pragma once

#include <memory>
#include <string_view>

#include "engine/core/core.h"
#include "engine/streams/registry.h"

namespace dynadeck::engine {

bool is_stream_arn(std::string_view text);

// The stream, with what is due done to it. Fails with ValidationException for what is no stream's
// ARN, with ResourceNotFoundException where there is none.
Result<std::shared_ptr<Stream>> find_stream(Core& core, std::string_view arn);

// The error of a shard that is not there, or not there any more.
ApiError no_such_shard();

}  // namespace dynadeck::engine
