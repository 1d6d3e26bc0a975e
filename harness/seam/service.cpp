#include "harness/seam/service.h"

#include <strings.h>

#include <algorithm>
#include <future>
#include <thread>

#include "harness/seam/clock.h"
#include "harness/seam/request_view.h"

namespace dynadeck {

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

void HeaderList::add(std::string name, std::string value) {
  entries_.emplace_back(std::move(name), std::move(value));
}

void HeaderList::set(std::string_view name, std::string value) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return equal_ignoring_case(entry.first, name);
  });
  if (found == entries_.end()) {
    add(std::string(name), std::move(value));
  } else {
    found->second = std::move(value);
  }
}

std::optional<std::string_view> HeaderList::find(std::string_view name) const {
  for (const auto& [key, value] : entries_) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

Request::Request() = default;
Request::Request(Request&&) noexcept = default;
Request& Request::operator=(Request&&) noexcept = default;
Request::~Request() = default;

const RequestView& Request::view() const {
  if (!view_) view_ = std::make_unique<RequestView>(body);
  return *view_;
}

Request Request::with_body(std::string new_body) const {
  Request copy;
  copy.operation = operation;
  copy.scope = scope;
  copy.body = std::move(new_body);
  copy.headers = headers;
  copy.access_key = access_key;
  copy.request_id = request_id;
  copy.request_number = request_number;
  copy.session = session;
  copy.sequence = sequence;
  copy.arrived = arrived;
  copy.hints = hints;
  copy.exchange = exchange;
  return copy;
}

std::chrono::steady_clock::time_point arrival_of(const Request& request, const Clock& clock) {
  const bool noted = request.arrived != std::chrono::steady_clock::time_point();
  return noted ? request.arrived : clock.monotonic();
}

Response when_ready(Response response, std::function<Response(Response)> then) {
  if (!response.deferred) return then(std::move(response));
  response.deferred->resume = [resume = std::move(response.deferred->resume),
                               then = std::move(then)]() mutable {
    return when_ready(resume(), std::move(then));
  };
  return response;
}

Response settle(Response response) {
  while (response.deferred) {
    const Response::Deferred deferred = std::move(*response.deferred);
    if (deferred.start) {
      // Shared, because a thread that has just woken us may still be inside set_value.
      const auto woken = std::make_shared<std::promise<void>>();
      deferred.start([woken] { woken->set_value(); });
      woken->get_future().wait();
    } else {
      std::this_thread::sleep_for(deferred.delay);
    }
    response = deferred.resume();
  }
  return response;
}

}  // namespace dynadeck
