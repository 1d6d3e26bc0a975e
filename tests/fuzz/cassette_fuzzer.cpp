// Whatever a file claims to be: a tape is read, searched and indexed without a crash and without
// unbounded memory; what parses as an exchange is written and parsed again to the same.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "cassettes/json/path.h"
#include "cassettes/matching/difference.h"
#include "cassettes/matching/hash.h"
#include "cassettes/redaction/redactor.h"
#include "cassettes/redaction/secrets.h"
#include "cassettes/streams/line.h"
#include "cassettes/streams/tape.h"
#include "cassettes/tape/frame_cache.h"
#include "cassettes/tape/index.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"

using namespace dynadeck::cassettes;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void walk(const StreamTape& streams, FrameCache& cache) {
  for (const auto& [arn, stream] : streams.streams()) {
    for (const TapedShard& shard : stream.shards) {
      for (const TapedRecord& record : shard.records) {
        const RecordPlace& place = record.place;
        require(cache.read_bytes(place.frame, place.offset, place.bytes).has_value());
      }
    }
  }
}

void read_tape(std::string_view bytes) {
  const int descriptor = memfd_create("tape", 0);
  require(descriptor >= 0);
  require(write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  auto tape = TapeReader::open("/proc/self/fd/" + std::to_string(descriptor));
  if (tape) {
    (void)tape->for_each_line([](std::string_view, std::size_t) { return true; });
    const auto index = tape->index();
    if (index) {
      FrameCache cache(std::move(tape).value(), index->frames, 1 << 20);
      for (std::uint64_t place = 0; place < index->size() && place < 50; ++place) {
        (void)cache.read(index->place(place));
      }
      const auto streams = StreamTape::load(cache.reader(), *index);
      if (streams) walk(*streams, cache);
    }
  }
  close(descriptor);
}

void read_line(std::string_view line) {
  const auto first = parse_interaction(line);
  if (!first) return;
  std::string written;
  append_line(written, *first);
  const auto second = parse_interaction(written);
  require(second.ok());
  require(second->request == first->request);
  require(second->response == first->response);
  std::string again;
  append_line(again, *second);
  require(again == written);
}

void read_stream_line(std::string_view line) {
  const auto first = parse_stream_line(line);
  if (!first) return;
  std::string written;
  append_line(written, *first);
  const auto second = parse_stream_line(written);
  require(second.ok());
  require(second->json == first->json);
  require(second->exchange == first->exchange);
  std::string again;
  append_line(again, *second);
  require(again == written);
}

void read_index(std::string_view bytes) {
  (void)decode_index(
      [&](char* into, std::size_t count) {
        if (count > bytes.size()) return false;
        if (count > 0) std::memcpy(into, bytes.data(), count);
        bytes.remove_prefix(count);
        return true;
      },
      100'000);
}

void read_json(std::string_view text) {
  const BodyHash hash = hash_body(text);
  std::string copy;
  const Visit keep = [](Places, std::string_view, std::string&) { return Rewrite::kKeep; };
  // What is rewritten without a change means the same.
  if (rewrite_json(text, keep, copy)) require(hash_body(copy).hash == hash.hash);
  require(differences(text, text).empty());
  (void)JsonPath::parse(text);
}

// What is redacted is JSON where it was, is redacted once and for all, and has no credential that
// was not there before.
void redact(std::string_view body) {
  static const Redactor rules =
      Redactor::make(
          {{"$.Item.a", "", ""}, {"$..b", "", ""}, {"", "c", ""}, {"", "", "[0-9a-f]{4}"}}, "00")
          .value();
  Redactor::Found found;
  const std::string once = rules.request(body, found);
  Redactor::Found none;
  require(rules.request(once, none) == once);
  std::string copy;
  const Visit keep = [](Places, std::string_view, std::string&) { return Rewrite::kKeep; };
  if (rewrite_json(body, keep, copy)) require(rewrite_json(once, keep, copy));
  (void)rules.response(body, found);
  (void)find_secrets_of_line(body);
}

}  // namespace

// The first byte says what the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'l':
      read_line(rest);
      break;
    case 's':
      read_stream_line(rest);
      break;
    case 'i':
      read_index(rest);
      break;
    case 'j':
      read_json(rest);
      break;
    case 'r':
      redact(rest);
      break;
    case 'h':
      (void)parse_header(rest);
      break;
    default:
      read_tape(rest);
  }
  return 0;
}
