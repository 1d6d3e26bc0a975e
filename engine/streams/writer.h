// The stream records of one request.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/streams/record.h"
#include "engine/streams/registry.h"
#include "engine/streams/stream.h"
#include "engine/tables/catalog.h"

namespace dynadeck::engine {

// *One thread.*
class StreamWriter {
 public:
  // records_written: counts the records that are placed.
  StreamWriter(const StreamRegistry& streams, const Clock& clock,
               std::atomic<std::uint64_t>& records_written)
      : streams_(streams), clock_(clock), records_written_(records_written) {}

  // A change of an item, in the order of the request; nothing happens where the table has no
  // stream. item_key: of the item family.
  void add(const TableDefinition& table, std::string_view item_key, const StreamChange& change);

  // Adds all records to the batch, which is to be committed next. The numbers are settled when this
  // writer is destroyed: after the commit, while the items are still locked.
  Status place(Batch& batch);

  // The records are committed: who listens is told of them once they are settled. exchange: of the
  // request; 0: of none.
  void tell(std::uint64_t exchange) {
    if (streams_.sink() != nullptr) note_records(exchange);
  }

 private:
  struct Part {
    std::shared_ptr<Stream> stream;
    std::uint32_t stream_id;
    std::vector<std::uint64_t> hashes;  // of the partition keys
    std::vector<std::string> records;
    std::vector<Stream::Place> places;  // of the records
  };

  void note_records(std::uint64_t exchange);

  const StreamRegistry& streams_;
  const Clock& clock_;
  std::atomic<std::uint64_t>& records_written_;
  std::vector<Part> parts_;              // one per stream
  std::vector<Stream::Ticket> tickets_;  // of the parts; last: they speak to the streams
};

}  // namespace dynadeck::engine
