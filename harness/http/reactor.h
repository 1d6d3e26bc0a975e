// Where the server's workers (harness/http/worker.h) wait together for whatever is ready; each
// takes one connection at a time. One more thread (harness/http/keeper.h) accepts, and wakes
// connections whose time has come. docs/http.md has the picture.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "harness/http/connection.h"
#include "harness/http/dispatch.h"
#include "harness/http/keeper.h"
#include "harness/http/open_connections.h"
#include "harness/http/sender.h"
#include "harness/http/server.h"
#include "harness/http/server_library.h"
#include "harness/http/worker.h"
#include "harness/sockets/bell.h"
#include "harness/sockets/socket_watch.h"
#include "harness/sockets/unique_fd.h"

namespace dynadeck {

class HttpServer::Reactor {
 public:
  Reactor(HttpOptions options, Service& service, const Clock& clock, Random& random);
  ~Reactor();

  HttpDispatch& dispatch() { return dispatch_; }
  HttpStats& stats() { return stats_; }
  std::uint16_t port() const { return port_; }
  const std::shared_ptr<SocketWatch>& socket_watch() const { return watch_; }

  Outcome<std::uint16_t, std::string> start();
  bool stop(std::chrono::milliseconds drain);
  void wake_keeper() { keeper_.wake(); }

 private:
  class Gate;  // through which others wake a connection, for as long as there is a server

  // Any thread.
  void post(Connection::Token token, std::uint32_t event);
  void enqueue(Connection::Token token);

  // The workers' threads.
  void work(HttpWorker& worker);
  void work_off_posts(HttpWorker& worker);

  HttpOptions options_;
  const Clock& clock_;
  HttpStats stats_;
  HttpDispatch dispatch_;
  HttpLibrary library_;
  OpenConnections connections_;
  const AnswerSender sender_;
  ConnectionKeeper keeper_;
  const std::shared_ptr<Gate> gate_;  // shared with whoever may still wake us
  const HttpWorker::Shared shared_;
  const std::shared_ptr<SocketWatch> watch_ = std::make_shared<SocketWatch>();

  std::uint16_t port_ = 0;
  UniqueFd epoll_;
  Bell posted_;  // there is something in posts_
  Bell ended_;   // workers go home

  std::mutex posts_mutex_;
  std::deque<Connection::Token> posts_;  // guarded by posts_mutex_

  std::mutex stop_mutex_;
  bool running_ = false;         // guarded by stop_mutex_
  bool drained_in_time_ = true;  // guarded by stop_mutex_

  std::vector<std::unique_ptr<HttpWorker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace dynadeck
