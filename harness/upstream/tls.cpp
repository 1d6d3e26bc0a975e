#include "harness/upstream/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

namespace dynadeck {
namespace {

bool is_address(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

std::string last_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "" : reason;
}

bool expect_name(SSL* session, const std::string& host) {
  if (is_address(host)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  }
  return SSL_set1_host(session, host.c_str()) == 1 &&
         SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

}  // namespace

Outcome<std::shared_ptr<UpstreamTls>, std::string> UpstreamTls::open(const std::string& ca_file) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return "TLS: " + last_error();
  std::shared_ptr<UpstreamTls> tls(new UpstreamTls(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // A request's bytes lie still until they are written, but the string may be another one.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                     : SSL_CTX_load_verify_file(context, ca_file.c_str());
  if (loaded != 1) {
    const std::string problem = last_error();
    return "cannot read certificate authorities from " +
           (ca_file.empty() ? "the system" : "'" + ca_file + "'") +
           (problem.empty() ? "" : ": " + problem);
  }
  return tls;
}

UpstreamTls::~UpstreamTls() { SSL_CTX_free(context_); }

ssl_st* UpstreamTls::session(int descriptor, const std::string& host) const {
  SSL* const session = SSL_new(context_);
  if (session == nullptr) return nullptr;
  if (SSL_set_fd(session, descriptor) != 1 || !expect_name(session, host)) {
    SSL_free(session);
    return nullptr;
  }
  SSL_set_connect_state(session);
  return session;
}

std::string tls_problem(const ssl_st* session) {
  const long verified = SSL_get_verify_result(session);
  const std::string error = last_error();
  if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
  return error.empty() ? "the connection ended during the TLS handshake" : error;
}

}  // namespace dynadeck
