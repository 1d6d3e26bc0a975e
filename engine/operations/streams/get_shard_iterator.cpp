#include "engine/inputs/streams.h"
#include "engine/messages/streams.h"
#include "engine/operations/operations.h"
#include "engine/operations/streams/find_stream.h"
#include "engine/streams/sequence_number.h"
#include "engine/streams/shard_iterator.h"
#include "engine/values/json_text.h"

namespace dynadeck::engine {
namespace {

// The first number that an iterator from a given number on may show.
Result<std::uint64_t> position_of(const GetShardIteratorInput& input, const Shard& shard) {
  const auto number = parse_sequence_number(input.sequence_number);
  if (!number) {
    const bool is_number =
        input.sequence_number.find_first_not_of("0123456789") == std::string::npos;
    return validation_error(is_number ? messages::sequence_number_outside_shard()
                                      : messages::invalid_sequence_number());
  }
  if (*number < shard.first_sequence || (!shard.open() && *number > shard.last_sequence)) {
    return validation_error(messages::sequence_number_outside_shard());
  }
  const std::uint64_t position =
      input.type == ShardIteratorType::kAfterSequenceNumber ? *number + 1 : *number;
  if (position >= shard.trimmed_until) return position;
  return ApiError{"TrimmedDataAccessException", messages::trimmed_data(), {}};
}

Result<std::uint64_t> position_of(const GetShardIteratorInput& input, const Shard& shard,
                                  std::uint64_t next) {
  switch (input.type) {
    case ShardIteratorType::kTrimHorizon:
      return shard.trimmed_until;
    case ShardIteratorType::kLatest:
      return shard.open() ? next : shard.last_sequence;
    case ShardIteratorType::kAtSequenceNumber:
    case ShardIteratorType::kAfterSequenceNumber:
      break;
  }
  return position_of(input, shard);
}

}  // namespace

Result<std::string> get_shard_iterator(Core& core, const Request&, const JsonValue& body) {
  const Result<GetShardIteratorInput> input = read_get_shard_iterator(body);
  if (!input.ok()) return input.error();
  const auto stream = find_stream(core, input->stream_arn);
  if (!stream.ok()) return stream.error();
  const Stream::View view = stream.value()->view();
  const Shard* shard = view.definition->find_shard(input->shard_id);
  if (shard == nullptr) return no_such_shard();
  const Result<std::uint64_t> position = position_of(input.value(), *shard, view.next);
  if (!position.ok()) return position.error();

  std::string out("{\"ShardIterator\":");
  append_json_text(
      out, encode_iterator({input->stream_arn, shard->number, position.value(), core.clock.now()},
                           view.definition->secret));
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
