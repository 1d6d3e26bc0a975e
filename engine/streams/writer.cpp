#include "engine/streams/writer.h"

#include <algorithm>

#include "engine/store/key_codec.h"

namespace dynadeck::engine {

void StreamWriter::add(const TableDefinition& table, std::string_view item_key,
                       const StreamChange& change) {
  if (!table.stream.enabled) return;
  auto part = std::find_if(parts_.begin(), parts_.end(),
                           [&](const Part& other) { return other.stream_id == table.stream.id; });
  if (part == parts_.end()) {
    std::shared_ptr<Stream> stream = streams_.find(table.stream.id);
    if (stream == nullptr) return;
    part = parts_.insert(part, {std::move(stream), table.stream.id, {}, {}, {}});
  }
  // A table id comes first, then the hash: docs/formats/storage.md.
  part->hashes.push_back(read_u64(item_key.substr(sizeof(std::uint32_t))));
  append_stream_record(part->records.emplace_back(), change, table.stream.view);
}

Status StreamWriter::place(Batch& batch) {
  for (Part& part : parts_) {
    std::vector<Stream::Place>& places = part.places;
    const Clock::WallTime now = clock_.now();
    Result<Stream::Ticket> ticket = part.stream->reserve(part.hashes, now, places);
    if (!ticket.ok()) return ticket.error();
    tickets_.push_back(std::move(ticket).value());
    records_written_.fetch_add(places.size(), std::memory_order_relaxed);
    for (std::size_t at = 0; at < places.size(); ++at) {
      set_record_time(part.records[at], now);
      batch.put(Family::kStreamRecords,
                record_key(part.stream_id, places[at].shard, places[at].sequence),
                part.records[at]);
    }
  }
  return Done{};
}

void StreamWriter::note_records(std::uint64_t exchange) {
  for (std::size_t position = 0; position < tickets_.size(); ++position) {
    const Part& part = parts_[position];
    const auto stream = part.stream->view().definition;
    const RecordContext context{stream->scope.region, stream->view, stream->secret};
    for (std::size_t at = 0; at < part.places.size(); ++at) {
      const Shard* shard = stream->find_shard(part.places[at].shard);
      if (shard == nullptr) continue;  // closed and forgotten meanwhile: a day has passed
      const StreamRecordView record = read_stream_record(part.records[at]);
      StreamNote note{StreamNote::Kind::kRecord, exchange, record.expired, shard->id, {}};
      append_record_json(note.json, record, part.places[at].sequence, context);
      tickets_[position].add_note(part.places[at].sequence, std::move(note));
    }
  }
}

}  // namespace dynadeck::engine
