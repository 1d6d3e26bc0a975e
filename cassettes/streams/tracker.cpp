#include "cassettes/streams/tracker.h"

#include <utility>

#include "cassettes/json/text.h"

namespace dynadeck::cassettes {
namespace {

// Iterators that nobody uses any more are never seen to end; then all are forgotten.
constexpr std::size_t kMostIterators = 10'000;

}  // namespace

std::optional<StreamTracker::Source> StreamTracker::source_of(std::string_view operation,
                                                              std::string_view request,
                                                              std::string_view response) {
  if (operation == "GetShardIterator") {
    const std::lock_guard lock(mutex_);
    keep(string_value(find_member(response, "ShardIterator")),
         {string_value(find_member(request, "StreamArn")),
          string_value(find_member(request, "ShardId"))});
    return std::nullopt;
  }
  if (operation != "GetRecords") return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(string_value(find_member(request, "ShardIterator")));
  if (found == sources_.end()) return Source{};
  const Source source = found->second;
  keep(string_value(find_member(response, "NextShardIterator")), source);
  return source;
}

void StreamTracker::keep(std::string iterator, Source source) {
  if (iterator.empty()) return;
  if (sources_.size() >= kMostIterators) sources_.clear();
  sources_.insert_or_assign(std::move(iterator), std::move(source));
}

}  // namespace dynadeck::cassettes
