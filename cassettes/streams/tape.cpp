#include "cassettes/streams/tape.h"

#include <algorithm>
#include <array>

#include "cassettes/matching/hash.h"
#include "cassettes/streams/line.h"
#include "cassettes/streams/tape_loader.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::array<std::string_view, 4> kOperations = {"DescribeStream", "GetRecords",
                                                         "GetShardIterator", "ListStreams"};

}  // namespace

bool is_stream_operation(std::string_view operation) {
  return std::find(kOperations.begin(), kOperations.end(), operation) != kOperations.end();
}

const TapedShard* TapedStream::find(std::string_view shard_id) const {
  const auto found = std::find_if(shards.begin(), shards.end(),
                                  [&](const TapedShard& shard) { return shard.id == shard_id; });
  return found == shards.end() ? nullptr : &*found;
}

const TapedStream* StreamTape::find(std::string_view arn) const {
  const auto found = streams_.find(arn);
  return found == streams_.end() ? nullptr : &found->second;
}

std::size_t count_before(const std::vector<TapedRecord>& records, std::string_view number,
                         bool with_it) {
  const auto end =
      std::partition_point(records.begin(), records.end(), [&](const TapedRecord& record) {
        return with_it ? !sequence_number_less(number, record.sequence_number)
                       : sequence_number_less(record.sequence_number, number);
      });
  return static_cast<std::size_t>(end - records.begin());
}

std::optional<StreamPosition> StreamTape::position_of(std::string_view iterator) const {
  const auto found = iterators_.find(hash_text(iterator));
  if (found == iterators_.end()) return std::nullopt;
  return found->second;
}

bool StreamTape::tells() const {
  return std::any_of(streams_.begin(), streams_.end(),
                     [](const auto& entry) { return entry.second.whole; });
}

Outcome<StreamTape, std::string> StreamTape::load(const TapeReader& tape, const TapeIndex& index) {
  return load_stream_tape(tape, index);
}

}  // namespace dynadeck::cassettes
