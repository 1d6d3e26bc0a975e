#include "engine/streams/shard_iterator.h"

#include "engine/store/key_codec.h"
#include "engine/values/base64.h"
#include "harness/seam/random.h"

namespace dynadeck::engine {
namespace {

constexpr std::string_view kSeparator = "|1|";
constexpr std::size_t kPayloadBytes = 4 + 8 + 8;

// Not proof against an attacker, who could as well read the database; proof against made-up and
// damaged iterators.
std::uint64_t seal(std::uint64_t secret, std::string_view arn, std::string_view payload) {
  return draw_bits(draw_bits(secret, arn, 1), payload, 2);
}

}  // namespace

std::string encode_iterator(const ShardIterator& iterator, std::uint64_t secret) {
  std::string payload;
  append_u32(payload, iterator.shard);
  append_u64(payload, iterator.position);
  append_u64(payload, static_cast<std::uint64_t>(iterator.made.time_since_epoch().count()));
  append_u64(payload, seal(secret, iterator.stream_arn, payload));
  std::string text = iterator.stream_arn;
  text.append(kSeparator);
  append_base64(text, payload);
  return text;
}

std::optional<std::string_view> iterator_stream(std::string_view text) {
  const std::size_t end = text.find(kSeparator);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

std::optional<ShardIterator> decode_iterator(std::string_view text, std::uint64_t secret) {
  const auto arn = iterator_stream(text);
  if (!arn) return std::nullopt;
  const std::string_view encoded = text.substr(arn->size() + kSeparator.size());
  if (!is_base64(encoded)) return std::nullopt;
  std::string payload;
  append_decoded_base64(payload, encoded);
  if (payload.size() != kPayloadBytes + sizeof(std::uint64_t)) return std::nullopt;
  const std::string_view bytes(payload);
  const std::string_view sealed = bytes.substr(0, kPayloadBytes);
  if (read_u64(bytes.substr(kPayloadBytes)) != seal(secret, *arn, sealed)) return std::nullopt;

  ShardIterator iterator;
  iterator.stream_arn = *arn;
  iterator.shard = read_u32(sealed);
  iterator.position = read_u64(sealed.substr(4));
  iterator.made = Clock::WallTime(
      std::chrono::microseconds(static_cast<std::int64_t>(read_u64(sealed.substr(12)))));
  return iterator;
}

}  // namespace dynadeck::engine
