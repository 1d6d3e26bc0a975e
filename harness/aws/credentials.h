// AWS credentials from where the SDKs look for them, kept fresh. This room is what AWS asks of
// everybody, whatever the service: credentials here, signatures in harness/aws/sigv4.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/seam/clock.h"
#include "harness/seam/result.h"

namespace dynadeck {

struct CredentialSources;  // harness/aws/credential_chain.h

struct AwsCredentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;               // empty without
  std::optional<Clock::WallTime> expires;  // by the machine's clock
  std::string source;                      // "profile 'dev'": for people
};

// Why there are none.
struct CredentialError {
  bool configured;     // somebody wanted some to be used; else nobody has said anything about them
  std::string reason;  // one line
};

// Hands out credentials and replaces them before they expire. Synchronized.
class AwsCredentialProvider {
 public:
  struct Options {
    std::function<Clock::WallTime()> wire_time;        // empty: the machine's
    std::function<void(const std::string& line)> log;  // of renewals that failed; empty: nobody
  };

  // Looks once, on this thread (a few seconds at most); what expires is renewed by a thread of its
  // own.
  static Outcome<std::unique_ptr<AwsCredentialProvider>, CredentialError> open(
      CredentialSources sources, Options options);
  ~AwsCredentialProvider();
  AwsCredentialProvider(const AwsCredentialProvider&) = delete;
  AwsCredentialProvider& operator=(const AwsCredentialProvider&) = delete;

  // Shared, because a renewal must not pull them away from a request that is being signed.
  // Those that have expired, too, where nobody has newer ones: AWS then says so.
  std::shared_ptr<const AwsCredentials> current() const;

  // Looks again if it is time to. What its thread does every now and then.
  void renew_if_due();

  // When credentials that are good until `expires` are asked for anew: ten minutes before, or at
  // half of the time that is left where that is later.
  static Clock::WallTime renewal_time(Clock::WallTime now, Clock::WallTime expires);

 private:
  struct State;
  explicit AwsCredentialProvider(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dynadeck
