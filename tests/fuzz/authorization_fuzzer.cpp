// Whatever a client claims: credentials and signatures are read without a crash, a refusal has a
// code and a text, and nothing that was not signed with the key is believed.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "harness/aws/sigv4.h"
#include "harness/http/authorization.h"

using namespace dynadeck;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string line(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

}  // namespace

// Lines: target, Authorization, X-Amz-Date, X-Amz-Credential; what remains is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SignatureVerifier verifier(
      std::vector<Credential>{{"AKID", "a secret that no fuzzer finds"}});
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  HttpRequest request;
  request.method = "POST";
  request.target = next_line(rest);
  request.path = "/";
  const std::string header = next_line(rest);
  if (!header.empty()) request.headers.add("Authorization", header);
  const std::string date = next_line(rest);
  if (!date.empty()) request.headers.add("X-Amz-Date", date);
  const std::string credential = next_line(rest);
  if (!credential.empty()) {
    request.query = {{"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
                     {"X-Amz-Credential", credential},
                     {"X-Amz-Signature", header},
                     {"X-Amz-SignedHeaders", "host"},
                     {"X-Amz-Date", date},
                     {"X-Amz-Expires", header}};
    request.headers = {};
  }
  request.headers.add("Host", "localhost");
  request.body = rest;

  require(sigv4::uri_decode(sigv4::uri_encode(request.target, true)) == request.target);
  const auto authorization = read_authorization(request);
  if (!authorization.ok()) {
    require(!authorization.error().code.empty() && !authorization.error().message.empty());
    return 0;
  }
  constexpr Clock::WallTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
  const auto refusal = verifier.verify(request, *authorization, kNow);
  require(refusal.has_value() && !refusal->code.empty() && !refusal->message.empty());
  return 0;
}
