// `dynadeck cassette redact`: replaces secrets on a tape that exists.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cassettes/options.h"
#include "cassettes/redaction/redactor.h"
#include "cassettes/streams/line.h"
#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {
namespace {

struct RedactOptions {
  std::string file;
  std::string output;
  std::vector<std::string> rules;
  bool overwrite = false;
};

int run(const RedactOptions& options, const ToolOutput& to) {
  CassetteOptions parsed;
  for (const std::string& rule : options.rules) {
    if (auto done = set_option(parsed, "redact", rule); !done) return unusable(to, done.error());
  }
  const auto tape = open_tape(options.file, to);
  if (!tape) return unusable(to, tape.error());
  TapeHeader header = tape->header();
  if (header.salt.empty()) header.salt = Redactor::fresh_salt();
  const auto redactor = Redactor::make(parsed.redact, header.salt);
  if (!redactor) return unusable(to, redactor.error());
  for (const RedactionRule& rule : parsed.redact) {
    const bool known = std::find(header.redactions.begin(), header.redactions.end(), rule) !=
                       header.redactions.end();
    if (!known) header.redactions.push_back(rule);
  }

  const std::string path = options.output.empty() ? options.file : options.output;
  auto output = TapeOutput::create(path, header, options.overwrite || options.output.empty(), {});
  if (!output) return unusable(to, output.error());
  std::uint64_t changed = 0;
  Outcome<Done, std::string> written = Done{};
  const auto keep = [&](std::string_view line) {
    std::string redacted = std::string(line) + "\n";
    if (is_stream_line(line)) {
      auto told = parse_stream_line(line);
      if (!told) {
        written = tape->path() + ": a line cannot be read: " + told.error();
        return false;
      }
      redact(*redactor, *told);
      redacted.clear();
      append_line(redacted, *told);
    }
    if (redacted.size() != line.size() + 1 || !redacted.starts_with(line)) ++changed;
    written = output->writer().add_other(redacted);
    return written.ok();
  };
  const auto visit = [&](Interaction& interaction) {
    Redactor::Found found;
    std::string request = redactor->request(interaction.request, found);
    std::string response = redactor->response(interaction.response, found);
    if (request != interaction.request || response != interaction.response) ++changed;
    interaction.request = std::move(request);
    interaction.response = std::move(response);
    written = output->writer().add(interaction);
    return written.ok();
  };
  auto done = for_each_entry(*tape, visit, keep);
  if (done) done = written;
  if (done) done = output->finish();
  if (!done) return unusable(to, done.error());
  to.output << path << ": " << changed << " lines redacted\n";
  return kToolGood;
}

}  // namespace

void add_redact(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command =
      app.add_subcommand("redact", "Replace secrets on a tape by stable pseudonyms");
  const auto options = std::make_shared<RedactOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command
      ->add_option("--redact", options->rules,
                   "What: a path ($.Item.email), attribute:NAME or pattern:REGEX; repeatable")
      ->type_name("WHAT")
      ->allow_extra_args(false)
      ->required();
  command->add_option("-o,--output", options->output, "The new tape; without, FILE is replaced");
  command->add_flag("--overwrite", options->overwrite, "Replace an existing output");
  command->callback([options, to, &status] { status = run(*options, to); });
}

}  // namespace dynadeck::cassettes
