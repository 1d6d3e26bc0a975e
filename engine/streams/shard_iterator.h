// Shard iterators: a place in a shard, in a text that needs no memory of ours and that nobody else
// can make.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/seam/clock.h"

namespace dynadeck::engine {

struct ShardIterator {
  std::string stream_arn;
  std::uint32_t shard = 0;     // its number
  std::uint64_t position = 0;  // the first sequence number that it may show
  Clock::WallTime made;
};

// Source: [doc] API reference, GetShardIterator.
inline constexpr std::chrono::minutes kIteratorLifetime{15};

// "arn:aws:dynamodb:...|1|AAAA...", as AWS's look. secret: the stream's.
std::string encode_iterator(const ShardIterator& iterator, std::uint64_t secret);

// The stream that a text speaks of; nothing where it is no iterator.
std::optional<std::string_view> iterator_stream(std::string_view text);

// Nothing where the text is not what encode_iterator gave with that secret.
std::optional<ShardIterator> decode_iterator(std::string_view text, std::uint64_t secret);

}  // namespace dynadeck::engine
