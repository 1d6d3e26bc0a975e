// `dynadeck cassette run-against`: the requests of a tape, asked of another endpoint, and what it
// answers otherwise: a contract test between two DynamoDBs.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cassettes/json/path.h"
#include "cassettes/matching/difference.h"
#include "cassettes/tools/compare/drawn_values.h"
#include "cassettes/tools/compare/other_server.h"
#include "cassettes/tools/servers.h"
#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {
namespace {

struct RunOptions {
  std::string file;
  ServerChoice server;
  std::string section;
  std::vector<std::string> ignore;
  std::uint32_t wait_seconds = 300;
};

// The requests of a tape, one after another.
class ContractTest {
 public:
  ContractTest(OtherServer server, const std::vector<JsonPath>& ignored, const ToolOutput& to)
      : server_(std::move(server)), ignored_(ignored), to_(to) {}

  Outcome<Done, std::string> play(const Interaction& taped) {
    const std::string request = drawn_.carried(taped.request);
    auto answer = server_.ask(taped.scope, taped.operation, request);
    if (!answer) return answer.error();
    ++asked_;
    if (answer->status == 200) {
      if (auto waited = wait(taped, request, *answer); !waited) return waited;
    }
    report(taped, std::move(*answer));
    return Done{};
  }

  std::uint64_t asked() const { return asked_; }
  std::uint64_t different() const { return different_; }

 private:
  // Until what follows on the tape can be asked for.
  Outcome<Done, std::string> wait(const Interaction& taped, const std::string& request,
                                  Answer& answer) {
    const std::size_t records =
        taped.operation == "GetRecords" ? count_records({taped.status, taped.response}) : 0;
    if (count_records(answer) < records) {
      auto all = server_.await_records(taped.scope, request, std::move(answer), records);
      if (!all) return all.error();
      answer = std::move(*all);
    }
    const auto waited = server_.await_table(taped.scope, taped.operation, request);
    if (!waited) return waited.error();
    if (*waited == OtherServer::Waited::kSettled) return Done{};
    to_.errors << "dynadeck: exchange " << taped.sequence << " " << taped.operation << ": "
               << (*waited == OtherServer::Waited::kTooLong
                       ? "the table was not ready within --wait"
                       : "DescribeTable does not say whether the table is ready")
               << ", going on\n";
    return Done{};
  }

  void report(const Interaction& taped, Answer answer) {
    const auto answers = drawn_.comparable(taped.operation, taped.request,
                                           {{taped.status, taped.response}, std::move(answer)});
    const std::vector<std::string> lines =
        differences(answers.other, answers.taped, ignored_, "answered", "taped");
    if (lines.empty()) return;
    ++different_;
    to_.output << "exchange " << taped.sequence << " " << taped.operation << " "
               << shortened(taped.request, kShownBytes) << "\n";
    for (const std::string& line : lines) to_.output << "    " << line << "\n";
  }

  OtherServer server_;
  const std::vector<JsonPath>& ignored_;
  const ToolOutput& to_;
  DrawnValues drawn_;
  std::uint64_t asked_ = 0;
  std::uint64_t different_ = 0;
};

int run(const RunOptions& options, const ToolServers& servers, const ToolOutput& to) {
  const auto ignored = parse_ignored(options.ignore);
  if (!ignored) return unusable(to, ignored.error());
  const auto tape = open_tape(options.file, to, Prints::kAlong);
  if (!tape) return unusable(to, tape.error());
  auto database = servers.open_database(options.server);
  if (!database) return unusable(to, database.error());
  ContractTest test(
      {std::move(*database), servers.pause, std::chrono::seconds(options.wait_seconds)}, *ignored,
      to);
  std::string wrong;
  const auto done = for_each_interaction(*tape, [&](Interaction& taped) {
    if (!options.section.empty() && taped.section != options.section) return true;
    const auto played = test.play(taped);
    if (!played) wrong = played.error();
    return played.ok();
  });
  if (!wrong.empty()) return unusable(to, wrong);
  if (!done) return unusable(to, done.error());
  to.output << test.asked() << " requests of " << options.file << " asked of " << options.server.url
            << ": " << test.asked() - test.different() << " answered as taped, " << test.different()
            << " otherwise\n";
  return test.different() == 0 ? kToolGood : kToolFound;
}

}  // namespace

void add_run_against(CLI::App& app, const ToolServers& servers, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand(
      "run-against",
      "Ask the requests of a tape of another DynamoDB, and compare: ids, ARNs, iterators and dates "
      "that servers draw may be others, and stand for the taped ones in later requests");
  const auto options = std::make_shared<RunOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_option("URL", options->server.url, "http(s)://HOST[:PORT], or aws")->required();
  add_server_options(*command, options->server);
  command->add_flag_callback(
      "--unsigned", [options] { options->server.sign = false; },
      "Do not sign, though there are credentials; local servers get the account's id");
  add_ignore_option(*command, options->ignore);
  command->add_option("--section", options->section, "Only this section");
  command
      ->add_option("--wait", options->wait_seconds,
                   "Seconds that a table may take to be ready or gone, and stream records to "
                   "come; 0: go on at once")
      ->type_name("SECONDS")
      ->capture_default_str();
  command->callback([options, servers, to, &status] { status = run(*options, servers, to); });
}

}  // namespace dynadeck::cassettes
