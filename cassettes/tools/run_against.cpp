// `dynadeck cassette run-against`: the requests of a tape, asked of another endpoint, and what it
// answers otherwise: a contract test between two DynamoDBs.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cassettes/difference.h"
#include "cassettes/json_path.h"
#include "cassettes/json_text.h"
#include "cassettes/tools/servers.h"
#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kShownBytes = 160;

struct RunOptions {
  std::string file;
  ServerChoice server;
  std::string section;
  std::vector<std::string> ignore;
};

// Where nothing is signed anew, local DynamoDBs want a signature's form, not a signature. An access
// key that is a 12-digit number is the account where they know accounts.
Request request_of(const Interaction& interaction) {
  const bool streams = find_operation(Api::kStreams, interaction.operation) != Operation::kUnknown;
  Request request;
  request.operation =
      find_operation(streams ? Api::kStreams : Api::kDynamoDb, interaction.operation);
  request.scope = interaction.scope;
  request.body = interaction.request;
  HeaderList& headers = request.headers;
  headers.add("X-Amz-Target", (streams ? "DynamoDBStreams_20120810." : "DynamoDB_20120810.") +
                                  interaction.operation);
  headers.add("Content-Type", "application/x-amz-json-1.0");
  headers.add("X-Amz-Date", "20260101T000000Z");
  headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=" + interaction.scope.account +
                                   "/20260101/" + interaction.scope.region +
                                   "/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, "
                                   "Signature=0000000000000000000000000000000000000000000000000000"
                                   "000000000000");
  return request;
}

std::vector<std::string> compare(const Interaction& taped, const Response& answer,
                                 const std::vector<JsonPath>& ignored) {
  std::vector<std::string> lines;
  if (taped.status != answer.status) {
    lines.push_back("status: answered " + std::to_string(answer.status) + ", taped " +
                    std::to_string(taped.status));
  }
  for (std::string& line : differences(without(answer.body, ignored),
                                       without(taped.response, ignored), "answered", "taped")) {
    lines.push_back(std::move(line));
  }
  return lines;
}

int run(const RunOptions& options, const ToolServers& servers, const ToolOutput& to) {
  const auto ignored = parse_ignored(options.ignore);
  if (!ignored) return unusable(to, ignored.error());
  const auto tape = open_tape(options.file, to, Prints::kAlong);
  if (!tape) return unusable(to, tape.error());
  auto database = servers.open_database(options.server);
  if (!database) return unusable(to, database.error());
  std::uint64_t asked = 0;
  std::uint64_t different = 0;
  std::string wrong;
  const auto done = for_each_interaction(*tape, [&](Interaction& taped) {
    if (!options.section.empty() && taped.section != options.section) return true;
    const Request request = request_of(taped);
    const auto answer = (*database)->ask(request);
    if (!answer) {
      wrong = answer.error();
      return false;
    }
    ++asked;
    const std::vector<std::string> lines = compare(taped, *answer, *ignored);
    if (lines.empty()) return true;
    ++different;
    to.output << "exchange " << taped.sequence << " " << taped.operation << " "
              << shortened(taped.request, kShownBytes) << "\n";
    for (const std::string& line : lines) to.output << "    " << line << "\n";
    return true;
  });
  if (!wrong.empty()) return unusable(to, wrong);
  if (!done) return unusable(to, done.error());
  to.output << asked << " requests of " << options.file << " asked of " << options.server.url
            << ": " << asked - different << " answered as taped, " << different << " otherwise\n";
  return different == 0 ? kToolGood : kToolFound;
}

}  // namespace

void add_run_against(CLI::App& app, const ToolServers& servers, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand(
      "run-against", "Ask the requests of a tape of another endpoint, and compare");
  const auto options = std::make_shared<RunOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_option("URL", options->server.url, "http(s)://HOST[:PORT], or aws")->required();
  add_server_options(*command, options->server);
  command->add_flag_callback(
      "--unsigned", [options] { options->server.sign = false; },
      "Do not sign, though there are credentials; local servers get the account's id");
  add_ignore_option(*command, options->ignore);
  command->add_option("--section", options->section, "Only this section");
  command->callback([options, servers, to, &status] { status = run(*options, servers, to); });
}

}  // namespace dynadeck::cassettes
