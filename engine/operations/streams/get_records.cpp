#include "engine/inputs/streams.h"
#include "engine/messages/streams.h"
#include "engine/operations/operations.h"
#include "engine/operations/streams/find_stream.h"
#include "engine/streams/record.h"
#include "engine/streams/shard_iterator.h"
#include "engine/values/json_text.h"

namespace dynadeck::engine {
namespace {

// Source: [doc] API reference, GetRecords.
constexpr std::uint64_t kMaxPageBytes = 1024 * 1024;

// What a page left to the next one.
struct Page {
  std::uint64_t next = 0;     // position of the next page
  bool full = false;          // there may be more
  std::uint64_t records = 0;  // that it has
  Clock::WallTime last_time;  // of the last of them
};

// Appends the records from `position` on that are settled.
Result<Page> append_page(std::string& out, const Store& store, const Stream::View& view,
                         const Shard& shard, std::uint64_t position, std::int64_t limit) {
  const StreamDefinition& stream = *view.definition;
  const RecordContext context{stream.scope.region, stream.view, stream.secret};
  Page page;
  page.next = position;
  if (position > view.settled) return page;
  Cursor cursor = store.cursor(Family::kStreamRecords,
                               {record_key(stream.id, shard.number, position),
                                record_key(stream.id, shard.number, view.settled + 1)},
                               Access::kRange);
  const auto most = static_cast<std::uint64_t>(limit);
  std::uint64_t bytes = 0;
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const StreamRecordView record = read_stream_record(cursor.value());
    bytes += record.size_bytes;
    page.full = page.records == most || (page.records > 0 && bytes > kMaxPageBytes);
    if (page.full) break;
    if (page.records++ > 0) out.push_back(',');
    const std::uint64_t sequence = sequence_of(cursor.key());
    append_record_json(out, record, sequence, context);
    page.next = sequence + 1;
    page.last_time = record.time;
  }
  if (const Status status = cursor.status(); !status.ok()) return status.error();
  return page;
}

void count_page(Activity& activity, const Page& page, Clock::WallTime now) {
  const auto age = page.records == 0 ? Clock::WallTime::duration() : now - page.last_time;
  activity.stream_records_read.fetch_add(page.records, std::memory_order_relaxed);
  activity.iterator_age_microseconds.store(
      std::chrono::duration_cast<std::chrono::microseconds>(age).count(),
      std::memory_order_relaxed);
}

// A closed shard whose last writers are done has no more than what this page has shown.
bool is_at_end(const Page& page, const Shard& shard, const Stream::View& view) {
  return !page.full && !shard.open() && view.settled >= shard.last_sequence;
}

bool is_trimmed(const StreamDefinition& stream, const ShardIterator& iterator) {
  const Shard* shard = stream.find_shard(iterator.shard);
  return shard == nullptr || iterator.position < shard->trimmed_until;
}

ApiError trimmed_data() { return {"TrimmedDataAccessException", messages::trimmed_data(), {}}; }

Result<ShardIterator> open_iterator(const std::string& text, const StreamDefinition& stream,
                                    Clock::WallTime now) {
  auto iterator = decode_iterator(text, stream.secret);
  if (!iterator) return validation_error(messages::invalid_shard_iterator());
  if (now > iterator->made + kIteratorLifetime) {
    return ApiError{"ExpiredIteratorException", messages::expired_shard_iterator(), {}};
  }
  return *std::move(iterator);
}

}  // namespace

Result<std::string> get_records(Core& core, const Request&, const JsonValue& body) {
  const Result<GetRecordsInput> input = read_get_records(body);
  if (!input.ok()) return input.error();
  const auto arn = iterator_stream(input->shard_iterator);
  if (!arn) return validation_error(messages::invalid_shard_iterator());
  const auto stream = find_stream(core, *arn);
  if (!stream.ok()) return stream.error();

  const Stream::View view = stream.value()->view();
  const Clock::WallTime now = core.clock.now();
  Result<ShardIterator> iterator = open_iterator(input->shard_iterator, *view.definition, now);
  if (!iterator.ok()) return iterator.error();
  const Shard* shard = view.definition->find_shard(iterator->shard);
  if (shard == nullptr) return no_such_shard();
  if (is_trimmed(*view.definition, iterator.value())) return trimmed_data();

  std::string out("{\"Records\":[");
  const Result<Page> page =
      append_page(out, *core.store, view, *shard, iterator->position, input->limit);
  if (!page.ok()) return page.error();
  // What was trimmed meanwhile must not look as if it had never been.
  if (is_trimmed(*stream.value()->view().definition, iterator.value())) return trimmed_data();
  out.push_back(']');
  count_page(core.activity, page.value(), now);
  if (!is_at_end(page.value(), *shard, view)) {
    iterator->position = page->next;
    iterator->made = now;
    out.append(",\"NextShardIterator\":");
    append_json_text(out, encode_iterator(iterator.value(), view.definition->secret));
  }
  out.push_back('}');
  return out;
}

}  // namespace dynadeck::engine
