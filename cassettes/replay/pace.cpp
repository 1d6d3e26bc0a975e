#include "cassettes/replay/pace.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dynadeck::cassettes {

void Pace::delay(Response& response, std::chrono::nanoseconds waited,
                 std::chrono::microseconds duration) const {
  std::chrono::nanoseconds delay = waited;
  if (speed_ > 0) {
    const double scaled = static_cast<double>(duration.count()) * 1000 / speed_;
    const std::chrono::nanoseconds taped(std::llround(std::min(scaled, 8.64e13)));
    delay = std::max(delay, taped);
  }
  if (delay.count() <= 0) return;
  if (!response.delivery) response.delivery.emplace();
  response.delivery->delay += delay;
}

Response Pace::answer(Interaction interaction) const {
  Response response;
  response.status = interaction.status;
  response.content_type = std::move(interaction.content_type);
  response.body = std::move(interaction.response);
  response.error_code = std::move(interaction.error_code);
  response.faults = std::move(interaction.faults);
  response.delivery = interaction.delivery;
  response.headers = std::move(interaction.headers);
  if (!interaction.request_id.empty()) {
    response.headers.set("x-amzn-RequestId", interaction.request_id);
  }
  hold_back(response, interaction.waited, interaction.duration);
  return response;
}

}  // namespace dynadeck::cassettes
