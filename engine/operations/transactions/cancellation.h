// Why a transaction was cancelled.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/messages/api_error.h"
#include "engine/throughput/limiter.h"
#include "engine/values/item_record.h"

namespace dynadeck::engine {

// One reason per action of the request, in its order. *One thread.*
class CancellationReasons {
 public:
  explicit CancellationReasons(std::size_t actions) : reasons_(actions) {}

  void conflict(std::size_t action);
  // item: as it was, where the request wants to see it.
  void condition_failed(std::size_t action, const std::optional<ItemRecord>& item);
  void invalid(std::size_t action, std::string message);
  void throttled(std::size_t action, const Throttled& why);

  bool any() const { return any_; }
  // TransactionCanceledException with all reasons.
  ApiError error() const;

 private:
  struct Reason {
    std::string_view code = "None";
    std::string message;
    std::string item_json;
  };
  void set(std::size_t action, Reason reason);

  std::vector<Reason> reasons_;
  bool any_ = false;
};

}  // namespace dynadeck::engine
