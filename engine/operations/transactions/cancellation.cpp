#include "engine/operations/transactions/cancellation.h"

#include "engine/messages/tables.h"
#include "engine/values/json_text.h"
#include "engine/values/value_json.h"

namespace dynadeck::engine {

void CancellationReasons::set(std::size_t action, Reason reason) {
  reasons_[action] = std::move(reason);
  any_ = true;
}

void CancellationReasons::conflict(std::size_t action) {
  set(action, {"TransactionConflict", messages::transaction_ongoing(), {}});
}

void CancellationReasons::condition_failed(std::size_t action,
                                           const std::optional<ItemRecord>& item) {
  Reason reason{"ConditionalCheckFailed", messages::condition_failed(), {}};
  if (item) append_item_json(reason.item_json, item->item);
  set(action, std::move(reason));
}

void CancellationReasons::invalid(std::size_t action, std::string message) {
  set(action, {"ValidationError", std::move(message), {}});
}

void CancellationReasons::throttled(std::size_t action, const Throttled& why) {
  set(action, {why.cancellation_code(), why.error().message, {}});
}

ApiError CancellationReasons::error() const {
  std::string codes("[");
  std::string members("\"CancellationReasons\":[");
  for (const Reason& reason : reasons_) {
    if (codes.size() > 1) {
      codes.append(", ");
      members.push_back(',');
    }
    codes.append(reason.code);
    members.append("{\"Code\":\"").append(reason.code).push_back('"');
    if (!reason.item_json.empty()) members.append(",\"Item\":").append(reason.item_json);
    if (!reason.message.empty()) {
      members.append(",\"Message\":");
      append_json_text(members, reason.message);
    }
    members.push_back('}');
  }
  codes.push_back(']');
  members.push_back(']');
  return {"TransactionCanceledException", messages::transaction_cancelled(codes),
          std::move(members)};
}

}  // namespace dynadeck::engine
