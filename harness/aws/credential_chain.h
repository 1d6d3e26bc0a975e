// Where AWS credentials come from: the places the SDKs look at, in their order.
//
// Environment, profile (keys or credential_process), container endpoint, instance metadata. What
// needs another AWS service first (assumed roles, SSO, web identity) is refused with the way around
// it: credential_process with `aws configure export-credentials`.
// Source: [doc] AWS SDKs and Tools Reference Guide, "Standardized credential providers"; the order
// is botocore's.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "harness/aws/credentials.h"
#include "harness/seam/service.h"

namespace dynadeck {

struct HttpFetch {
  std::string method;  // "GET" or "PUT"
  std::string url;
  HeaderList headers;
  std::chrono::milliseconds timeout{1'000};
};

struct SourceFailure {
  std::string reason;  // one line
};

// The world as the chain sees it. The functions are called from one thread at a time; those that
// fail say why.
struct CredentialSources {
  std::function<std::optional<std::string>(const char* name)> variable;
  // Nothing where there is no such file.
  std::function<std::optional<std::string>(const std::string& path)> read_file;
  // The body of an answer with status 200.
  std::function<Outcome<std::string, SourceFailure>(const HttpFetch&)> fetch;
  // What a shell command writes to its standard output before it ends with status 0.
  std::function<Outcome<std::string, SourceFailure>(const std::string& command)> run;
  // Whether an EC2 instance is asked where nobody else has any; off, a laptop need not wait for an
  // answer that never comes.
  bool instance_metadata = true;

  static CredentialSources of_this_machine();
};

// The first source that is there decides: an error in it is not hidden by the next.
Outcome<AwsCredentials, CredentialError> find_credentials(const CredentialSources& sources);

// "2026-01-31T12:00:00Z", also with a fraction or an offset.
std::optional<Clock::WallTime> parse_expiration(std::string_view text);

}  // namespace dynadeck
