// The end of the chain that asks another DynamoDB: AWS, Alternator, DynamoDB Local, a dynadeck.
// This room also has the HTTP client that it asks with, down to the connections. docs/upstream.md
// describes what reaches it and what comes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "harness/aws/credentials.h"
#include "harness/seam/admin.h"
#include "harness/seam/clock.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"
#include "harness/upstream/client.h"
#include "harness/upstream/stats.h"

namespace dynadeck {

struct CredentialSources;

enum class UpstreamSigning : std::uint8_t {
  // Requests are signed anew where credentials are found; elsewhere as kNone. AWS itself is never
  // asked without credentials.
  kAuto,
  kNone,  // the client's own signature and Host header go along untouched
};

struct UpstreamOptions {
  std::string url;          // --upstream
  std::string streams_url;  // where DynamoDB Streams are; empty: found from url
  std::string region;       // --upstream-region; empty: the client's, or what url says
  UpstreamSigning signing = UpstreamSigning::kAuto;
  std::string ca_file;  // --upstream-ca; empty: the system's authorities
  UpstreamTimeouts timeouts;
  unsigned retries = 0;  // --upstream-retries: only of requests that never left
  std::size_t max_connections = 64;
  std::size_t max_body_bytes = std::size_t{64} * 1024 * 1024;  // of an answer
  // Told why requests were not answered by the upstream, at most once a second. Called from many
  // threads at once; empty: nobody is told.
  std::function<void(const std::string& line)> log;
  std::function<Clock::WallTime()> wire_time;  // signatures' dates; empty: the machine's
};

// Synchronized. Every answer is deferred: no thread waits for the upstream.
class UpstreamService : public Service {
 public:
  // Looks for credentials where it has to sign (up to a few seconds); does not ask the upstream.
  // clock is borrowed and outlives the service, which outlives the HTTP server before it.
  // Fails with one line.
  static Outcome<std::unique_ptr<UpstreamService>, std::string> open(UpstreamOptions options,
                                                                     const Clock& clock);
  // For tests: with another world to find credentials in.
  static Outcome<std::unique_ptr<UpstreamService>, std::string> open(UpstreamOptions options,
                                                                     const Clock& clock,
                                                                     CredentialSources sources);
  ~UpstreamService() override;

  Response handle(const Request& request) override;

  // Lets a server's workers read the answers, too. The server stops before the service ends.
  void read_at(std::shared_ptr<SocketWatch> watch);

  const UpstreamStats& stats() const;
  // For a person: "https://dynamodb.{region}.amazonaws.com, signed with the environment's keys".
  std::string description() const;
  // GET: the counters and the description as JSON, for /_dynadeck/upstream.
  AdminHandler admin() const;

 private:
  class State;
  explicit UpstreamService(std::shared_ptr<State> state);
  // Shared with answers that do not exist yet.
  const std::shared_ptr<State> state_;
};

}  // namespace dynadeck
