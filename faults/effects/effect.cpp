#include "faults/effects/effect.h"

#include "faults/effects/delivery.h"

namespace dynadeck::faults {

void Strike::mark(Response& response, std::string_view kind) const {
  response.faults.push_back({rule, std::string(kind)});
  if (delay > Duration::zero()) delivery_of(response).delay += delay;
}

Response send_on(const Next& next, Request request,
                 std::function<Response(const Request&, Response)> then) {
  const auto kept = std::make_shared<const Request>(std::move(request));
  return when_ready(next(*kept), [kept, then = std::move(then)](Response response) {
    return then(*kept, std::move(response));
  });
}

Response later(std::chrono::nanoseconds delay, std::function<Response()> resume) {
  Response response;
  response.deferred = Response::Deferred{delay, std::move(resume), nullptr};
  return response;
}

}  // namespace dynadeck::faults
