#include "engine/streams/stream_writer.h"

#include <algorithm>

#include "engine/key_codec.h"

namespace dynadeck::engine {

void StreamWriter::add(const TableDefinition& table, std::string_view item_key,
                       const StreamChange& change) {
  if (!table.stream.enabled) return;
  auto part = std::find_if(parts_.begin(), parts_.end(),
                           [&](const Part& other) { return other.stream_id == table.stream.id; });
  if (part == parts_.end()) {
    std::shared_ptr<Stream> stream = streams_.find(table.stream.id);
    if (stream == nullptr) return;
    part = parts_.insert(part, {std::move(stream), table.stream.id, {}, {}});
  }
  // A table id comes first, then the hash: docs/formats/storage.md.
  part->hashes.push_back(read_u64(item_key.substr(sizeof(std::uint32_t))));
  append_stream_record(part->records.emplace_back(), change, table.stream.view);
}

Status StreamWriter::place(Batch& batch) {
  std::vector<Stream::Place> places;
  for (Part& part : parts_) {
    places.clear();
    const Clock::WallTime now = clock_.now();
    Result<Stream::Ticket> ticket = part.stream->reserve(part.hashes, now, places);
    if (!ticket.ok()) return ticket.error();
    tickets_.push_back(std::move(ticket).value());
    activity_.stream_records_written.fetch_add(places.size(), std::memory_order_relaxed);
    for (std::size_t at = 0; at < places.size(); ++at) {
      set_record_time(part.records[at], now);
      batch.put(Family::kStreamRecords,
                record_key(part.stream_id, places[at].shard, places[at].sequence),
                part.records[at]);
    }
  }
  return Done{};
}

}  // namespace dynadeck::engine
