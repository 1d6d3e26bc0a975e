// DynamoDB's protocol over a whole HTTP request: target, credentials, body. What is wrong is
// refused in AWS's words and order; what is right becomes a Request.
//
// The order, [peer] dynalite 4 (index.js), which took it from the real service: method and content
// type, body is JSON, target, presence of credentials, their parts, their truth. A body that is
// missing altogether is found last of all, by whoever answers the operation.
#pragma once

#include <functional>
#include <string>

#include "harness/http/authorization.h"
#include "harness/http/message.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"

namespace dynadeck {

// Immutable.
class Wire {
 public:
  explicit Wire(const HttpOptions& options);

  // The request that a Service is to answer; request_id and sequence are the caller's to set. Or
  // the refusal. Takes body and headers out of `http`.
  Outcome<Request, Response> read(HttpRequest& http) const;

  // What AWS answers to what is no DynamoDB request at all: 404 in XML.
  static Response not_dynamodb();
  // What GET / answers.
  static Response health();
  // The answer to a request that cannot even be read: 400, 413, 431, ... with AWS's form of body.
  static Response unreadable(int status);
  // The answer to a browser's preflight; the permission itself is added to every answer.
  static Response preflight(const HttpRequest& http);

 private:
  std::size_t max_body_bytes_;
  SignatureVerifier verifier_;
  std::function<Clock::WallTime()> wire_time_;
};

}  // namespace dynadeck
