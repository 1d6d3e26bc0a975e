// As much HTTP as the tools need to ask an endpoint.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/result.h"

namespace dynadeck::cassettes {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// One connection to http://HOST[:PORT][/PATH], kept open between requests. One thread. Errors are
// one sentence.
class HttpClient {
 public:
  // https is refused: put a proxy that speaks it in between.
  static Outcome<HttpClient, std::string> open(const std::string& url);
  HttpClient(HttpClient&& other) noexcept;
  HttpClient& operator=(HttpClient&&) = delete;
  ~HttpClient();

  using Headers = std::vector<std::pair<std::string, std::string>>;
  Outcome<HttpAnswer, std::string> post(const Headers& headers, const std::string& body);

 private:
  HttpClient(std::string host, std::string port, std::string path);

  Outcome<Done, std::string> connect();
  void close();
  bool send_all(const std::string& bytes);
  Outcome<HttpAnswer, std::string> receive();
  bool fill();

  std::string host_;
  std::string port_;
  std::string path_;
  int socket_ = -1;
  std::string received_;
};

}  // namespace dynadeck::cassettes
