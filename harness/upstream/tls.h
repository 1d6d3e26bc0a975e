// TLS towards an upstream: which certificates are believed.
#pragma once

#include <memory>
#include <string>

#include "harness/seam/result.h"

// OpenSSL's own names, so that this header need not include it.
struct ssl_ctx_st;
struct ssl_st;

namespace dynadeck {

// Certificates are always verified, and have to name the host. Synchronized.
class UpstreamTls {
 public:
  // ca_file: PEM; the only authorities that are believed. Empty: the system's.
  // Fails with one line that names the file.
  static Outcome<std::shared_ptr<UpstreamTls>, std::string> open(const std::string& ca_file);
  ~UpstreamTls();
  UpstreamTls(const UpstreamTls&) = delete;
  UpstreamTls& operator=(const UpstreamTls&) = delete;

  // A client's session over the connected socket, for that host; freed with SSL_free. Null where
  // OpenSSL cannot make one.
  ssl_st* session(int descriptor, const std::string& host) const;

 private:
  explicit UpstreamTls(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* const context_;
};

// Why the last step of a session failed: "certificate has expired".
std::string tls_problem(const ssl_st* session);

}  // namespace dynadeck
