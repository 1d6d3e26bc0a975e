// What the server takes from cpp-httplib: the listening socket and the parser of requests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "harness/http/framing.h"
#include "harness/http/message.h"
#include "harness/seam/result.h"

namespace dynadeck {

// Immutable but for listen_on.
class HttpLibrary {
 public:
  HttpLibrary();
  ~HttpLibrary();

  // A socket that listens, without blocking, on host and port (0: any); the caller closes it. Or a
  // sentence that says why not.
  Outcome<int, std::string> listen_on(const std::string& host, std::uint16_t port, int backlog);

  // Method, target, path and query of a request whose head is complete. 0, or the status that
  // refuses it. Threads: any.
  int parse(const RequestFraming& framing, HttpRequest& request) const;

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace dynadeck
