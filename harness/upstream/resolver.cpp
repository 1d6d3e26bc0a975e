#include "harness/upstream/resolver.h"

#include <netdb.h>

#include <cstring>
#include <system_error>
#include <thread>

namespace dynadeck {
namespace {

Addresses look_up(const UpstreamEndpoint& endpoint, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  if (error != 0) return std::string(gai_strerror(error));
  std::vector<SocketAddress> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    SocketAddress address{};
    std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
    address.length = each->ai_addrlen;
    addresses.push_back(address);
  }
  freeaddrinfo(found);
  if (addresses.empty()) return std::string("the name has no address");
  return addresses;
}

}  // namespace

Addresses parse_address(const UpstreamEndpoint& endpoint) {
  return look_up(endpoint, AI_NUMERICHOST);
}

void resolve_in_background(UpstreamEndpoint endpoint, std::function<void(Addresses)> found) {
  try {
    std::thread([endpoint = std::move(endpoint), found] { found(look_up(endpoint, 0)); }).detach();
  } catch (const std::system_error&) {
    found(std::string("there is no thread left to look the name up"));
  }
}

}  // namespace dynadeck
