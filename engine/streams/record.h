// One change of one item: as the store keeps it, and as GetRecords and Kinesis show it.
//
// docs/formats/storage.md draws the stored form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/tables/schema.h"
#include "engine/values/value_view.h"
#include "harness/seam/clock.h"

namespace dynadeck::engine {

// On disk: only append, never renumber.
enum class StreamEvent : std::uint8_t { kInsert = 1, kModify = 2, kRemove = 3 };
std::string_view wire_name(StreamEvent event);

// What happened to an item. Views are without bytes where there is no item.
struct StreamChange {
  const KeySchema* keys;
  ItemView before;
  ItemView after;
  bool expired = false;  // deleted by time to live
};

// Appends the stored form, with images as `view` asks for them. Its first eight bytes are the time:
// set_record_time().
void append_stream_record(std::string& out, const StreamChange& change, StreamViewType view);
void set_record_time(std::string& record, Clock::WallTime time);

// A stored record taken apart; points into its bytes.
struct StreamRecordView {
  Clock::WallTime time;
  StreamEvent event;
  bool expired;
  std::uint64_t size_bytes;  // of keys and images, by DynamoDB's arithmetic
  ItemView keys;
  ItemView new_image;  // without bytes: none
  ItemView old_image;  // without bytes: none
};

// record: as append_stream_record wrote it.
StreamRecordView read_stream_record(std::string_view record);
// The same, of the time alone.
Clock::WallTime record_time(std::string_view record);

// Appends the record as GetRecords shows it. Source: [doc] API reference, Record and StreamRecord.
struct RecordContext {
  std::string_view region;
  StreamViewType view;
  std::uint64_t event_seed;  // tells the events of different shards apart
};
void append_record_json(std::string& out, const StreamRecordView& record, std::uint64_t sequence,
                        const RecordContext& context);

}  // namespace dynadeck::engine
