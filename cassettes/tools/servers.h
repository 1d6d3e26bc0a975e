// The servers that tools ask. How they are reached, and whose signature they see, is the program's
// affair: it hands these in.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "harness/seam/result.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// Which server, and how to ask it.
struct ServerChoice {
  std::string url;      // "https://HOST[:PORT]"; {region} stands for the request's
  std::string ca_file;  // certificates to believe; empty: the system's
  bool sign = true;     // with the credentials found here, where there are any
};

// A DynamoDB. One thread.
class RemoteDatabase {
 public:
  virtual ~RemoteDatabase() = default;
  // Waits for the answer. The error is one sentence: there is none.
  virtual Outcome<Response, std::string> ask(const Request& request) = 0;
};

// A Kinesis data stream. One thread. Errors are one sentence.
class RemoteStream {
 public:
  virtual ~RemoteStream() = default;
  // Records of one partition key arrive in the order of the calls; what is refused for a moment is
  // sent again.
  virtual Outcome<Done, std::string> put(std::string partition_key, std::string data) = 0;
  // Returns when everything has arrived.
  virtual Outcome<Done, std::string> finish() = 0;
};

struct ToolServers {
  std::function<Outcome<std::unique_ptr<RemoteDatabase>, std::string>(const ServerChoice&)>
      open_database;
  std::function<Outcome<std::unique_ptr<RemoteStream>, std::string>(
      const ServerChoice&, const std::string& region, const std::string& stream)>
      open_stream;
  // Lets so much time pass.
  std::function<void(std::chrono::milliseconds)> pause;
};

}  // namespace dynadeck::cassettes
