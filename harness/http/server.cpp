#include "harness/http/server.h"

#include "harness/http/reactor.h"

namespace dynadeck {

HttpServer::HttpServer(HttpOptions options, Service& service, const Clock& clock, Random& random)
    : reactor_(std::make_unique<Reactor>(std::move(options), service, clock, random)) {}

HttpServer::~HttpServer() { stop(); }

void HttpServer::route(std::string prefix, AdminHandler handler) {
  reactor_->dispatch().route(std::move(prefix), std::move(handler));
}

Outcome<std::uint16_t, std::string> HttpServer::start() { return reactor_->start(); }

std::uint16_t HttpServer::port() const { return reactor_->port(); }

bool HttpServer::stop(std::chrono::milliseconds drain) { return reactor_->stop(drain); }

const HttpStats& HttpServer::stats() const { return reactor_->stats(); }

const std::shared_ptr<SocketWatch>& HttpServer::socket_watch() const {
  return reactor_->socket_watch();
}

void HttpServer::clock_moved() { reactor_->wake_keeper(); }

}  // namespace dynadeck
