// Who signed a request, and whether the signature is good: DynamoDB's front layer.
//
// Source of texts and order: [peer] dynalite 4 (index.js), which took them from the real service;
// later answers of the real service, quoted in public issue threads, where the two differ (the
// mismatch of 2016, the wrong service of 2020, the missing equal-sign of 2021).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/http/message.h"
#include "harness/http/server.h"
#include "harness/seam/clock.h"
#include "harness/seam/result.h"

namespace dynadeck {

// An error of the front layer.
struct Refusal {
  std::string_view code;
  std::string message;
};

// What the client says of itself, in its Authorization header or in the query of a presigned URL.
// Views of the request, which is not changed while they are in use.
struct Authorization {
  bool presigned = false;
  std::string_view algorithm;  // "AWS4-HMAC-SHA256"
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
  std::string_view date;  // X-Amz-Date or Date as sent

  // From the credential, as far as it has them.
  std::string_view access_key;
  std::string_view region;
};

// What DynamoDB checks before it knows any key: that all parts are there.
Outcome<Authorization, Refusal> read_authorization(const HttpRequest& request);
Outcome<Authorization, Refusal> read_authorization(HttpRequest&& request) = delete;  // views of it

// Verifies signatures. Immutable.
class SignatureVerifier {
 public:
  explicit SignatureVerifier(const std::vector<Credential>& credentials);

  // Whether there are keys to verify against; without any, nothing is verified.
  bool armed() const { return !secrets_.empty(); }
  // Why the request is not to be believed. body: as it came over the wire.
  std::optional<Refusal> verify(const HttpRequest& request, const Authorization& authorization,
                                Clock::WallTime now) const;

 private:
  std::map<std::string, std::string, std::less<>> secrets_;
};

}  // namespace dynadeck
