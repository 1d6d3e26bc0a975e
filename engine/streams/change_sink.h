// Where changes go that a table sends to a Kinesis data stream.
#pragma once

#include <string>

namespace dynadeck::engine {

struct KinesisRecord {
  std::string stream_arn;
  std::string partition_key;  // one per item
  std::string data;           // JSON
};

class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  // Takes a record in the order of its item's changes. Never waits. Called from many threads at
  // once, with the item's lock held.
  virtual void deliver(KinesisRecord record) = 0;
};

}  // namespace dynadeck::engine
