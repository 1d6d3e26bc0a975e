// What the tools for tapes have in common.
//
// The room: `dynadeck cassette ...`, one tool in each file; a new one is a file here, and a line
// below and in command.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cassettes/json/path.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"
#include "cassettes/tools/outputs.h"
#include "cassettes/tools/servers.h"
#include "harness/seam/result.h"

namespace CLI {
class App;
}

namespace dynadeck::cassettes {

inline constexpr int kToolGood = 0;
inline constexpr int kToolFound = 1;  // verify, diff, run-against: something is not as it should be
inline constexpr int kToolUnusable = 2;  // the file cannot be read as a tape

// How much of a body is shown.
inline constexpr std::size_t kShownBytes = 160;

struct ToolOutput {
  std::ostream& output;
  std::ostream& errors;
};

// Prints one line, returns kToolUnusable.
int unusable(const ToolOutput& to, const std::string& message);

// Calls visit for every exchange of the tape, in the order of the file, until it returns false. The
// error is one sentence; it covers damage anywhere on the tape.
using VisitInteraction = std::function<bool(Interaction& interaction)>;
Outcome<Done, std::string> for_each_interaction(const TapeReader& tape,
                                                const VisitInteraction& visit);

// The same, and visit_other(line) for every other line behind the header: marks, stream records and
// what later versions may add.
using VisitOther = std::function<bool(std::string_view line)>;
Outcome<Done, std::string> for_each_entry(const TapeReader& tape, const VisitInteraction& visit,
                                          const VisitOther& visit_other);

// When a tool prints what it finds: a line that shows progress would stand in the way of what is
// printed along the way to the same terminal.
enum class Prints : std::uint8_t { kAtEnd, kAlong };

// "session.tape: 42 %" where errors are a terminal, for what takes a while; it goes away at the
// end. One thread.
class ProgressLine {
 public:
  ProgressLine(const ToolOutput& to, std::string name, Prints prints);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  // all: how much there is; 0 where nobody knows.
  void show(std::uint64_t done, std::uint64_t all);
  void clear();

 private:
  const std::string name_;
  const bool wanted_;
  std::chrono::steady_clock::time_point next_;
  bool shown_ = false;
};

// Opens a tape whose reading shows its progress. What a tape that is cut short has lost is told on
// one line of errors.
Outcome<TapeReader, std::string> open_tape(const std::string& path, const ToolOutput& to,
                                           Prints prints = Prints::kAtEnd);

// --ignore: places in answers that are not compared.
void add_ignore_option(CLI::App& command, std::vector<std::string>& ignore);
Outcome<std::vector<JsonPath>, std::string> parse_ignored(const std::vector<std::string>& ignore);

// An answer as tools compare it.
struct Answer {
  int status = 200;
  std::string body;
};
// Whether it is that error, by its __type.
bool is_error(const Answer& answer, std::string_view code);
// One line for the status and for each place where the answers differ, as difference.h prints them.
std::vector<std::string> differences(const Answer& left, const Answer& right,
                                     const std::vector<JsonPath>& ignored,
                                     std::string_view left_word, std::string_view right_word);

// Options of tools that ask a server, beside its URL.
void add_server_options(CLI::App& command, ServerChoice& server);

// Each adds its subcommand to the application; `status` becomes the exit status when it has run.
void add_show(CLI::App& app, const ToolOutput& to, int& status);
void add_verify(CLI::App& app, const ToolOutput& to, int& status);
void add_stats(CLI::App& app, const ToolOutput& to, int& status);
void add_diff(CLI::App& app, const ToolOutput& to, int& status);
void add_redact(CLI::App& app, const ToolOutput& to, int& status);
void add_merge(CLI::App& app, const ToolOutput& to, int& status);
void add_split(CLI::App& app, const ToolOutput& to, int& status);
void add_compact(CLI::App& app, const ToolOutput& to, int& status);
void add_export(CLI::App& app, const ToolOutput& to, int& status);
void add_import(CLI::App& app, const ToolOutput& to, int& status);
void add_to_conformance(CLI::App& app, const ToolOutput& to, int& status);
void add_run_against(CLI::App& app, const ToolServers& servers, const ToolOutput& to, int& status);
void add_play_stream(CLI::App& app, const ToolServers& servers, const ToolOutput& to, int& status);

}  // namespace dynadeck::cassettes
