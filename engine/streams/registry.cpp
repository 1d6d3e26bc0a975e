#include "engine/streams/registry.h"

#include <mutex>

#include "engine/store/key_codec.h"
#include "engine/streams/lineage.h"
#include "engine/tables/catalog.h"
#include "engine/tables/description.h"

namespace dynadeck::engine {
namespace {

// Whether the catalog has the table, and it writes to that stream.
bool is_written(const CatalogView& catalog, std::uint32_t stream_id) {
  for (const auto& [key, table] : catalog.tables) {
    const StreamSettings& stream = table->definition.stream;
    if (stream.enabled && stream.id == stream_id) return true;
  }
  return false;
}

std::string arn_of(const TableDefinition& table, std::string_view label) {
  return table.arn().append("/stream/").append(label);
}

}  // namespace

Outcome<Done, std::string> StreamRegistry::load(const CatalogView& catalog) {
  const std::string from = stream_key(0);
  Cursor cursor = store_.cursor(Family::kStreamRecords, {from, after_prefix(from.substr(0, 4))},
                                Access::kRange);
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    auto definition = decode_stream(cursor.value());
    if (!definition) return std::string("the definition of a stream cannot be read");
    const bool ended = !definition->disabled && !is_written(catalog, definition->id);
    auto stream =
        std::make_shared<Stream>(*std::move(definition), store_, random_, options_, sink_);
    Status status = stream->recover();
    if (status.ok() && ended) status = stream->disable(clock_.now(), 0);
    if (!status.ok()) return std::string("the streams cannot be read");
    add(std::move(stream));
  }
  if (!cursor.status().ok()) return std::string("the streams cannot be read");
  return Done{};
}

// A clock that stands still, or was set back, must not give a table the same stream twice.
std::string StreamRegistry::new_label(const TableDefinition& table) const {
  Clock::WallTime time = clock_.now();
  while (find(arn_of(table, stream_label(time))) != nullptr) time += std::chrono::milliseconds(1);
  return stream_label(time);
}

void StreamRegistry::create(const TableDefinition& table, Batch& batch) {
  StreamDefinition definition;
  definition.id = table.stream.id;
  definition.table_id = table.id;
  definition.scope = table.scope;
  definition.table_name = table.name;
  definition.label = table.stream.label;
  definition.keys = table.keys;
  definition.view = table.stream.view;
  definition.created = clock_.now();
  definition.secret = random_.bits();
  open_first_shards(definition, options_.shards, random_);
  batch.put(Family::kStreamRecords, stream_key(definition.id), encode_stream(definition));
  add(std::make_shared<Stream>(std::move(definition), store_, random_, options_, sink_));
}

void StreamRegistry::add(std::shared_ptr<Stream> stream) {
  const auto definition = stream->view().definition;
  const std::unique_lock lock(mutex_);
  by_arn_.insert_or_assign(definition->arn(), stream);
  by_id_.insert_or_assign(definition->id, std::move(stream));
}

void StreamRegistry::forget(std::uint32_t id) {
  const std::unique_lock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  by_arn_.erase(found->second->view().definition->arn());
  by_id_.erase(found);
}

void StreamRegistry::set_sink(StreamSink* sink) {
  sink_ = sink;
  if (sink == nullptr) return;
  for (const std::shared_ptr<Stream>& stream : list({})) stream->introduce(0);
}

void StreamRegistry::introduce(std::uint32_t id, std::uint64_t exchange) {
  if (sink() == nullptr) return;
  if (const std::shared_ptr<Stream> stream = find(id)) stream->introduce(exchange);
}

Status StreamRegistry::disable(std::uint32_t id, std::uint64_t exchange) {
  const std::shared_ptr<Stream> stream = find(id);
  return stream == nullptr ? Status(Done{}) : stream->disable(clock_.now(), exchange);
}

std::shared_ptr<Stream> StreamRegistry::find(std::uint32_t id) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::shared_ptr<Stream> StreamRegistry::find(std::string_view arn) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_arn_.find(arn);
  return found == by_arn_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Stream>> StreamRegistry::list(std::string_view after) const {
  const std::shared_lock lock(mutex_);
  std::vector<std::shared_ptr<Stream>> streams;
  for (auto it = by_arn_.upper_bound(after); it != by_arn_.end(); ++it) {
    streams.push_back(it->second);
  }
  return streams;
}

Status StreamRegistry::erase(const Stream& stream) {
  const std::uint32_t id = stream.view().definition->id;
  forget(id);
  Batch batch(store_);
  std::string from;
  append_u32(from, id);
  batch.erase_range(Family::kStreamRecords, from, after_prefix(from));
  batch.erase(Family::kStreamRecords, stream_key(id));
  return store_.commit(batch);
}

Status StreamRegistry::maintain() {
  const Clock::WallTime now = clock_.now();
  for (const std::shared_ptr<Stream>& stream : list({})) {
    Status done = stream->is_gone(now) ? erase(*stream) : stream->maintain(now);
    if (!done.ok()) return done;
  }
  return Done{};
}

}  // namespace dynadeck::engine
