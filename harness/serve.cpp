#include "harness/serve.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>

#include "cassettes/replay/report.h"
#include "harness/child_process.h"
#include "harness/exit_status.h"
#include "harness/http/server.h"
#include "harness/seam/error.h"
#include "harness/stack.h"

namespace dynadeck {
namespace {

// Standard output belongs to the machine-readable line and to the child.
void log_to_stderr(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("dynadeck");
  logger->set_level(spdlog::level::from_str(level));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(std::move(logger));
}

HttpOptions http_options(const ServeOptions& options, Stack& stack) {
  HttpOptions http;
  http.host = options.host;
  http.port = options.port;
  http.workers = options.workers;
  for (const CredentialOption& credential : options.credentials) {
    http.credentials.push_back({credential.access_key, credential.secret});
  }
  http.refuse_connection = [&stack] { return stack.refuses_connection(); };
  http.on_refused = [&stack](std::string_view code) { stack.count_refused(code); };
  return http;
}

std::string url_of(const std::string& host, std::uint16_t port) {
  const bool any = host == "0.0.0.0" || host == "::";
  const std::string reachable = any ? "127.0.0.1" : host;
  const bool ipv6 = reachable.find(':') != std::string::npos;
  return "http://" + (ipv6 ? "[" + reachable + "]" : reachable) + ":" + std::to_string(port);
}

void announce(const std::string& host, std::uint16_t port, const std::string& mode) {
  std::string line = R"({"event":"listening","host":)";
  append_json_string(line, host);
  line += ",\"port\":" + std::to_string(port) + ",\"url\":\"" + url_of(host, port) +
          "\",\"mode\":\"" + mode + "\"}\n";
  std::cout << line << std::flush;
}

int refuse(int status, const std::string& message) {
  std::cerr << "dynadeck: " << message << "\n";
  return status;
}

// Whether a client has found its way here.
bool was_asked(const cassettes::ReplayReport& report) {
  return report.played + report.unmatched + report.passed_on + report.new_exchanges > 0;
}

// Ends what a run leaves: the tape is complete, the report is told. The status to end with, where
// nothing else went wrong. for_command: the run was for the sake of one.
int finish(Stack& stack, bool for_command) {
  const auto report = stack.eject();
  if (!report.ok()) return refuse(kCannotStart, report.error());
  std::cerr << cassettes::to_text(*report);
  if (for_command && !was_asked(*report)) {
    // Source: [doc] AWS SDKs and Tools reference, "Service-specific endpoints"
    std::cerr << "dynadeck: the command asked for nothing. SDKs find this server by"
                 " AWS_ENDPOINT_URL; those that do not know it (boto3 before 1.28, AWS CLI before"
                 " 2.13) need their endpoint set to $DYNADECK_URL\n";
  }
  return report->clean() ? 0 : kReplayDiffers;
}

// The environment of a child: our address, and credentials where it has none.
std::map<std::string, std::string> child_environment(const std::string& url) {
  std::map<std::string, std::string> environment = {
      {"AWS_ENDPOINT_URL", url},
      {"AWS_ENDPOINT_URL_DYNAMODB", url},
      {"AWS_ENDPOINT_URL_DYNAMODB_STREAMS", url},
      {"DYNADECK_URL", url},
  };
  const bool has_credentials =
      std::getenv("AWS_ACCESS_KEY_ID") != nullptr || std::getenv("AWS_PROFILE") != nullptr;
  if (!has_credentials) {
    environment["AWS_ACCESS_KEY_ID"] = "dynadeck";
    environment["AWS_SECRET_ACCESS_KEY"] = "dynadeck";
  }
  const bool has_region =
      std::getenv("AWS_REGION") != nullptr || std::getenv("AWS_DEFAULT_REGION") != nullptr;
  if (!has_region) {
    environment["AWS_REGION"] = "us-east-1";
    environment["AWS_DEFAULT_REGION"] = "us-east-1";
  }
  // What would lead past us: a switch that ignores the addresses above, and proxies.
  if (std::getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != nullptr) {
    environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false";
  }
  for (const char* name : {"NO_PROXY", "no_proxy"}) {
    const char* const value = std::getenv(name);
    const std::string before = value == nullptr ? "" : value;
    if (before == "*") continue;  // nothing goes through a proxy, and a list would say less
    environment[name] = before.empty() ? "127.0.0.1" : before + ",127.0.0.1";
  }
  return environment;
}

// A stack behind a listening server: all that both ways of serving have in common.
struct Served {
  std::unique_ptr<Stack> stack;
  std::unique_ptr<HttpServer> server;  // ends before the stack that it borrows
  std::uint16_t port = 0;
};

Outcome<Served, StartError> start_serving(const ServeOptions& options) {
  auto stack = Stack::build(options);
  if (!stack.ok()) return stack.error();
  Served served;
  served.stack = *std::move(stack);
  served.server =
      std::make_unique<HttpServer>(http_options(options, *served.stack), served.stack->service(),
                                   served.stack->clock(), served.stack->random());
  served.stack->add_routes(*served.server);
  const auto port = served.server->start();
  if (!port.ok()) return StartError{kCannotStart, port.error()};
  served.port = *port;
  return served;
}

}  // namespace

int serve(const ServeOptions& options) {
  log_to_stderr(options.log_level);
  const auto served = start_serving(options);
  if (!served.ok()) return refuse(served.error().status, served.error().message);
  Stack& stack = *served->stack;
  spdlog::info("listening on {} ({}, seed {})", url_of(options.host, served->port), stack.mode(),
               stack.random().seed());
  announce(options.host, served->port, stack.mode());

  const int signal = wait_for_stop_signal();
  spdlog::info("stopping on signal {}", signal);
  if (!served->server->stop(options.drain_timeout)) spdlog::warn("some requests were cut off");
  return finish(stack, false);
}

int serve_child(const ServeOptions& given, std::span<const std::string> child) {
  ServeOptions options = given;
  options.host = "127.0.0.1";
  options.port = 0;
  // What a mode may put behind a tape that is played is gone with the run.
  options.in_memory = options.in_memory || !options.replay_file.empty();
  // The child's own output is what matters, unless the user asked for more.
  log_to_stderr(given.log_level == "info" ? "warn" : given.log_level);
  // Before there is a tape: a command that was misspelt leaves none.
  if (const auto wrong = check_command(child[0])) return refuse(wrong->status, wrong->message);
  const auto served = start_serving(options);
  if (!served.ok()) return refuse(served.error().status, served.error().message);

  const auto status = run_child(child, child_environment(url_of(options.host, served->port)));
  if (!served->server->stop(options.drain_timeout)) spdlog::warn("some requests were cut off");
  const int ours = finish(*served->stack, true);
  if (!status.ok()) return refuse(status.error().status, status.error().message);
  return ours != 0 ? ours : *status;
}

}  // namespace dynadeck
