// What upstream mode counts.
#pragma once

#include <atomic>
#include <cstdint>

namespace dynadeck {

// Counted since the start, but for the three that say "now". Synchronized.
struct UpstreamStats {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> replies{0};        // of any status
  std::atomic<std::uint64_t> error_replies{0};  // of those, with a status from 400
  // Requests that dynadeck had to answer itself, by what went wrong.
  std::atomic<std::uint64_t> unreachable{0};        // no connection: name, address, port
  std::atomic<std::uint64_t> refused_tls{0};        // a certificate that does not hold, or no TLS
  std::atomic<std::uint64_t> timeouts{0};           // connected, but too slow
  std::atomic<std::uint64_t> broken{0};             // the connection ended before the answer did
  std::atomic<std::uint64_t> bad_replies{0};        // no HTTP, over the limits, a wrong x-amz-crc32
  std::atomic<std::uint64_t> unsigned_requests{0};  // no credentials, or no such region
  std::atomic<std::uint64_t> retries{0};            // of requests that never left
  std::atomic<std::uint64_t> replaced_connections{0};  // found dead before anything was sent
  std::atomic<std::uint64_t> opened_connections{0};
  std::atomic<std::int64_t> open_connections{0};    // now
  std::atomic<std::int64_t> requests_under_way{0};  // now
  std::atomic<std::int64_t> waiting_requests{0};    // now, for a connection
  std::atomic<std::uint64_t> sent_bytes{0};
  std::atomic<std::uint64_t> received_bytes{0};
  // From the moment a request was handed over to its answer; the sum over `replies`.
  std::atomic<std::uint64_t> reply_microseconds{0};
};

}  // namespace dynadeck
