// Who answers a request: an admin handler, AWS's front layer, or the Service. Nothing of sockets.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/http/message.h"
#include "harness/http/response.h"
#include "harness/http/server.h"
#include "harness/http/wire.h"
#include "harness/seam/admin.h"
#include "harness/seam/clock.h"

namespace dynadeck {

// A request and everything that has to live until it is answered. Continuations refer to it, so it
// never moves: it is handed on by pointer.
struct Exchange {
  HttpRequest http;
  Envelope envelope;
  Request request;
  AdminRequest admin;
  std::function<Response()> resume;  // of a deferred response; destroyed before what it refers to

  // Drops what belongs to one request: a large body does not wait for the next one.
  void clear();
};

// Immutable after the last route(). Threads: any, one per exchange.
class HttpDispatch {
 public:
  HttpDispatch(const HttpOptions& options, Service& service, const Clock& clock, Random& random,
               HttpStats& stats);

  void route(std::string prefix, AdminHandler handler);

  // Answers exchange.http, filling in the rest.
  Response answer(Exchange& exchange, bool keep_alive);
  // Answers what RequestFraming or the parser refused.
  Response refuse(Exchange& exchange, int status);
  // Goes on with a deferred response.
  Response resume(Exchange& exchange);

 private:
  void name_request(Envelope& envelope);
  Response choose(Exchange& exchange);
  Response call_service(Exchange& exchange);
  Response call_admin(Exchange& exchange, const AdminHandler& handler);
  const AdminHandler* handler_for(std::string_view path) const;
  Response refused(Response response);
  // The only place that catches: nothing of ours throws, so what comes here is a mistake of ours.
  template <typename Call>
  Response guarded(Call call);

  const Wire wire_;
  Service& service_;
  const Clock& clock_;
  Random& random_;
  HttpStats& stats_;
  const std::function<void(std::string_view)> on_refused_;
  std::vector<std::pair<std::string, AdminHandler>> routes_;  // longest first
  std::atomic<std::uint64_t> sequence_{0};
};

}  // namespace dynadeck
