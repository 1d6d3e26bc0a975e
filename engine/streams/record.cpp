#include "engine/streams/record.h"

#include "engine/store/key_codec.h"
#include "engine/streams/sequence_number.h"
#include "engine/values/json_text.h"
#include "engine/values/key_schema.h"
#include "engine/values/value_json.h"
#include "harness/seam/random.h"

namespace dynadeck::engine {
namespace {

constexpr std::size_t kTimeBytes = sizeof(std::uint64_t);

// The flags of a record. On disk: only append.
constexpr unsigned kExpired = 1;
constexpr unsigned kNewImage = 2;
constexpr unsigned kOldImage = 4;

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// Takes values off the front of a record. *One thread.*
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t byte() {
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t part = byte();
      value |= static_cast<std::uint64_t>(part & 0x7f) << shift;
      if (part < 0x80) return value;
    }
  }
  ItemView item() {
    const auto length = static_cast<std::size_t>(varint());
    const ItemView view(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return view;
  }

 private:
  std::string_view rest_;
};

void append_item(std::string& out, ItemView item) {
  append_varint(out, item.encoded().size());
  out.append(item.encoded());
}

bool exists(ItemView item) { return !item.encoded().empty(); }

bool shows_new(StreamViewType view) {
  return view == StreamViewType::kNewImage || view == StreamViewType::kNewAndOldImages;
}

bool shows_old(StreamViewType view) {
  return view == StreamViewType::kOldImage || view == StreamViewType::kNewAndOldImages;
}

StreamEvent event_of(const StreamChange& change) {
  if (!exists(change.before)) return StreamEvent::kInsert;
  return exists(change.after) ? StreamEvent::kModify : StreamEvent::kRemove;
}

void append_hexadecimal(std::string& out, std::uint64_t bits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kDigits[bits >> shift & 0xf]);
}

// 32 hexadecimal digits: the same whenever the record is read, another for every record.
void append_event_id(std::string& out, std::uint64_t seed, std::uint64_t sequence) {
  append_hexadecimal(out, draw_bits(seed, "event-id-high", sequence));
  append_hexadecimal(out, draw_bits(seed, "event-id-low", sequence));
}

}  // namespace

std::string_view wire_name(StreamEvent event) {
  switch (event) {
    case StreamEvent::kInsert:
      return "INSERT";
    case StreamEvent::kModify:
      return "MODIFY";
    case StreamEvent::kRemove:
      break;
  }
  return "REMOVE";
}

void append_stream_record(std::string& out, const StreamChange& change, StreamViewType view) {
  const bool has_new = exists(change.after) && shows_new(view);
  const bool has_old = exists(change.before) && shows_old(view);
  std::string keys;
  append_key_attributes(keys, *change.keys, exists(change.after) ? change.after : change.before);
  // Source: [doc] Developer Guide, "DynamoDB Streams and AWS Lambda": its examples add up so.
  std::uint64_t size = item_size_bytes(ItemView(keys));
  if (has_new) size += item_size_bytes(change.after);
  if (has_old) size += item_size_bytes(change.before);

  out.append(kTimeBytes, '\0');
  out.push_back(static_cast<char>(event_of(change)));
  out.push_back(static_cast<char>((change.expired ? kExpired : 0) | (has_new ? kNewImage : 0) |
                                  (has_old ? kOldImage : 0)));
  append_varint(out, size);
  append_item(out, ItemView(keys));
  if (has_new) append_item(out, change.after);
  if (has_old) append_item(out, change.before);
}

void set_record_time(std::string& record, Clock::WallTime time) {
  std::string bytes;
  append_u64(bytes, static_cast<std::uint64_t>(time.time_since_epoch().count()));
  record.replace(0, kTimeBytes, bytes);
}

Clock::WallTime record_time(std::string_view record) {
  return Clock::WallTime(
      std::chrono::microseconds(static_cast<std::int64_t>(read_u64(record.substr(0, kTimeBytes)))));
}

StreamRecordView read_stream_record(std::string_view record) {
  StreamRecordView view{};
  view.time = record_time(record);
  Reader reader(record.substr(kTimeBytes));
  view.event = static_cast<StreamEvent>(reader.byte());
  const unsigned flags = reader.byte();
  view.expired = (flags & kExpired) != 0;
  view.size_bytes = reader.varint();
  view.keys = reader.item();
  if ((flags & kNewImage) != 0) view.new_image = reader.item();
  if ((flags & kOldImage) != 0) view.old_image = reader.item();
  return view;
}

void append_record_json(std::string& out, const StreamRecordView& record, std::uint64_t sequence,
                        const RecordContext& context) {
  out.append("{\"eventID\":\"");
  append_event_id(out, context.event_seed, sequence);
  out.append("\",\"eventName\":\"").append(wire_name(record.event));
  out.append("\",\"eventVersion\":\"1.1\",\"eventSource\":\"aws:dynamodb\",\"awsRegion\":");
  append_json_text(out, context.region);
  // In whole seconds. Source: [doc] API reference, StreamRecord.
  out.append(",\"dynamodb\":{\"ApproximateCreationDateTime\":");
  out.append(std::to_string(
      std::chrono::floor<std::chrono::seconds>(record.time).time_since_epoch().count()));
  out.append(",\"Keys\":");
  append_item_json(out, record.keys);
  if (exists(record.new_image)) {
    out.append(",\"NewImage\":");
    append_item_json(out, record.new_image);
  }
  if (exists(record.old_image)) {
    out.append(",\"OldImage\":");
    append_item_json(out, record.old_image);
  }
  out.append(",\"SequenceNumber\":\"");
  append_sequence_number(out, sequence);
  out.append("\",\"SizeBytes\":").append(std::to_string(record.size_bytes));
  out.append(",\"StreamViewType\":\"").append(wire_name(context.view)).append("\"}");
  if (record.expired) {
    out.append(
        ",\"userIdentity\":{\"PrincipalId\":\"dynamodb.amazonaws.com\",\"Type\":\"Service\"}");
  }
  out.push_back('}');
}

}  // namespace dynadeck::engine
