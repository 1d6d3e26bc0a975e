// Which stream and shard an answer of GetRecords came from: its request does not say.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dynadeck::cassettes {

// Follows iterators from GetShardIterator through every GetRecords. Synchronized.
class StreamTracker {
 public:
  struct Source {
    std::string stream_arn;
    std::string shard;
  };

  // Notes the iterator that the answer gives; returns the source of a GetRecords answer.
  std::optional<Source> source_of(std::string_view operation, std::string_view request,
                                  std::string_view response);

 private:
  void keep(std::string iterator, Source source);

  std::mutex mutex_;  // guards sources_
  std::unordered_map<std::string, Source> sources_;
};

}  // namespace dynadeck::cassettes
