// Shard iterators come back from clients: what was not made here is refused, what was is read.
//
// Input: the stream's ARN, a newline, and what a client sends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/streams/shard_iterator.h"

namespace {

using namespace dynadeck::engine;  // NOLINT: a fuzzer of everything in it

constexpr std::uint64_t kSecret = 7;

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const std::string_view sent = line == std::string_view::npos ? text : text.substr(line + 1);
  const auto found = decode_iterator(sent, kSecret);
  // The same place has one text, but for what Base64 leaves open in its last character.
  if (found) must(decode_iterator(encode_iterator(*found, kSecret), kSecret).has_value());

  ShardIterator iterator;
  iterator.stream_arn = text.substr(0, line);
  iterator.shard = static_cast<std::uint32_t>(size);
  iterator.position = ~std::uint64_t{0} - size;
  const std::string made = encode_iterator(iterator, kSecret);
  must(!decode_iterator(made, kSecret + 1).has_value());
  if (iterator.stream_arn.find('|') != std::string::npos) return 0;  // no ARN has one
  const auto back = decode_iterator(made, kSecret);
  must(back && back->stream_arn == iterator.stream_arn && back->shard == iterator.shard &&
       back->position == iterator.position && back->made == iterator.made);
  return 0;
}
