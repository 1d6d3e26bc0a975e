#include "harness/http/dispatch.h"

#include <algorithm>

#include "harness/seam/error.h"

namespace dynadeck {

void Exchange::clear() {
  resume = nullptr;
  http = {};
  admin = {};
  request = {};
}

HttpDispatch::HttpDispatch(const HttpOptions& options, Service& service, const Clock& clock,
                           Random& random, HttpStats& stats)
    : wire_(options),
      service_(service),
      clock_(clock),
      random_(random),
      stats_(stats),
      on_refused_(options.on_refused) {}

void HttpDispatch::route(std::string prefix, AdminHandler handler) {
  routes_.emplace_back(std::move(prefix), std::move(handler));
  std::stable_sort(routes_.begin(), routes_.end(), [](const auto& left, const auto& right) {
    return left.first.size() > right.first.size();
  });
}

Response HttpDispatch::answer(Exchange& exchange, bool keep_alive) {
  exchange.envelope = envelope_of(exchange.http, keep_alive);
  name_request(exchange.envelope);
  return choose(exchange);
}

Response HttpDispatch::refuse(Exchange& exchange, int status) {
  exchange.envelope = envelope_of(exchange.http, false);
  name_request(exchange.envelope);
  return refused(Wire::unreadable(status));
}

void HttpDispatch::name_request(Envelope& envelope) {
  const std::uint64_t ordinal = random_.request_ordinal();
  envelope.request_id = request_id_of(random_.seed(), ordinal);
  envelope.request_number = ordinal + 1;
}

Response HttpDispatch::resume(Exchange& exchange) {
  // Out of the exchange first: the continuation may put another one in its place.
  const std::function<Response()> resume = std::move(exchange.resume);
  return guarded(resume);
}

Response HttpDispatch::choose(Exchange& exchange) {
  const HttpRequest& http = exchange.http;
  if (http.method == "OPTIONS" && exchange.envelope.from_browser) return Wire::preflight(http);
  if (const AdminHandler* handler = handler_for(http.path)) return call_admin(exchange, *handler);
  if (http.path == "/" && (http.method == "GET" || http.method == "HEAD")) return Wire::health();
  return call_service(exchange);
}

Response HttpDispatch::call_service(Exchange& exchange) {
  Outcome<Request, Response> read = wire_.read(exchange.http);
  if (!read.ok()) return refused(std::move(read).error());
  exchange.request = std::move(read).value();
  exchange.request.request_id = exchange.envelope.request_id;
  exchange.request.request_number = exchange.envelope.request_number;
  exchange.request.sequence = sequence_.fetch_add(1, std::memory_order_relaxed) + 1;
  exchange.request.arrived = clock_.monotonic();
  return guarded([&] { return service_.handle(exchange.request); });
}

Response HttpDispatch::call_admin(Exchange& exchange, const AdminHandler& handler) {
  HttpRequest& http = exchange.http;
  exchange.admin = {std::move(http.method), std::move(http.path), std::move(http.query),
                    std::move(http.headers), std::move(http.body)};
  return guarded([&] { return handler(exchange.admin); });
}

const AdminHandler* HttpDispatch::handler_for(std::string_view path) const {
  for (const auto& [prefix, handler] : routes_) {
    if (!path.starts_with(prefix)) continue;
    if (path.size() == prefix.size() || prefix.ends_with('/') || path[prefix.size()] == '/') {
      return &handler;
    }
  }
  return nullptr;
}

Response HttpDispatch::refused(Response response) {
  stats_.refused_requests.fetch_add(1, std::memory_order_relaxed);
  if (on_refused_) on_refused_(response.error_code);
  return response;
}

template <typename Call>
Response HttpDispatch::guarded(Call call) {
  try {
    return call();
  } catch (...) {
    stats_.exceptions.fetch_add(1, std::memory_order_relaxed);
    return error_response("InternalServerError", "Internal server error");
  }
}

}  // namespace dynadeck
