// A whole HTTP request, as the server's parts hand it to each other.
#pragma once

#include <map>
#include <string>

#include "harness/seam/service.h"

namespace dynadeck {

struct HttpRequest {
  std::string method;
  std::string target;                             // as it came: "/a%20b?x=1"
  std::string path;                               // decoded, without the query
  std::multimap<std::string, std::string> query;  // decoded
  HeaderList headers;                             // as they came
  std::string body;                               // as it came, but for chunks
};

}  // namespace dynadeck
