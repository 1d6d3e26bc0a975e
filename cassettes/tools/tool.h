// What the tools for tapes have in common.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

#include "cassettes/interaction.h"
#include "cassettes/tape_reader.h"
#include "cassettes/tape_writer.h"
#include "cassettes/tools/servers.h"
#include "harness/result.h"

namespace CLI {
class App;
}

namespace dynadeck::cassettes {

inline constexpr int kToolGood = 0;
inline constexpr int kToolFound = 1;  // verify, diff, run-against: something is not as it should be
inline constexpr int kToolUnusable = 2;  // the file cannot be read as a tape

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

// Opens a tape whose reading shows its progress, where errors are a terminal.
Outcome<TapeReader, std::string> open_tape(const std::string& path, const ToolOutput& to);

// A new tape that becomes FILE when it is complete: until then it stands beside it as FILE.new.
class TapeOutput {
 public:
  static Outcome<TapeOutput, std::string> create(const std::string& path, const TapeHeader& header,
                                                 bool overwrite, const WriterOptions& options);
  TapeWriter& writer() { return writer_; }
  Outcome<Done, std::string> finish();

 private:
  TapeOutput(TapeWriter writer, std::string path)
      : writer_(std::move(writer)), path_(std::move(path)) {}

  TapeWriter writer_;
  std::string path_;
};

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
