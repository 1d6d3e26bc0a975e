// `dynadeck cassette to-conformance`: a tape as a case for tests/conformance.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "cassettes/json/text.h"
#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {
namespace {

struct CaseOptions {
  std::string file;
  std::string output;
  std::string section;
  std::string why;
  bool overwrite = false;
};

bool is_object(std::string_view text) {
  JsonCursor cursor(text);
  std::string_view raw;
  return text.starts_with('{') && cursor.value(raw) && cursor.at_end();
}

// Answers are expected exactly; an error by its code and text.
std::string step_of(const Interaction& interaction) {
  std::string out = R"({"operation":)";
  append_quoted(out, interaction.operation);
  out.append(R"(,"request":)").append(interaction.request).append(R"(,"expect":{)");
  if (!interaction.error_code.empty()) {
    out += R"("error":)";
    append_quoted(out, interaction.error_code);
    std::string_view message = find_member(interaction.response, "message");
    if (message.empty()) message = find_member(interaction.response, "Message");
    if (!message.empty()) out.append(R"(,"message":)").append(message);
  } else {
    out.append(R"("body":)").append(interaction.response);
  }
  return out + "}}";
}

int run(const CaseOptions& options, const ToolOutput& to) {
  const auto tape = open_tape(options.file, to);
  if (!tape) return unusable(to, tape.error());
  std::string out = "{\n  \"why\": ";
  append_quoted(out, options.why.empty() ? "what was taped" : options.why);
  out += ",\n  \"source\": ";
  append_quoted(out, "[seen] cassette of " + format_time(tape->header().created).substr(0, 10));
  out += ",\n  \"steps\": [";
  bool first = true;
  std::uint64_t left_out = 0;
  const auto done = for_each_interaction(*tape, [&](Interaction& interaction) {
    if (!options.section.empty() && interaction.section != options.section) return true;
    const bool sound = is_object(interaction.request) && is_object(interaction.response);
    // What a fault did says nothing of DynamoDB.
    if (!sound || !interaction.faults.empty()) {
      ++left_out;
      return true;
    }
    out += (first ? "\n    " : ",\n    ") + step_of(interaction);
    first = false;
    return true;
  });
  if (!done) return unusable(to, done.error());
  out += "\n  ]\n}\n";
  auto output = TextOutput::create(options.output, options.overwrite, to.output);
  if (!output) return unusable(to, output.error());
  output->stream() << out;
  if (auto written = output->finish(); !written) return unusable(to, written.error());
  if (left_out > 0) {
    to.errors << "dynadeck: " << left_out << " exchanges left out: faults, or no JSON\n";
  }
  return kToolGood;
}

}  // namespace

void add_to_conformance(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command =
      app.add_subcommand("to-conformance", "The exchanges as a conformance case");
  const auto options = std::make_shared<CaseOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_option("-o,--output", options->output, "Where to; without, standard output");
  command->add_flag("--overwrite", options->overwrite, "Replace an existing output");
  command->add_option("--section", options->section, "Only this section");
  command->add_option("--why", options->why, "The behaviour, as a sentence");
  command->callback([options, to, &status] { status = run(*options, to); });
}

}  // namespace dynadeck::cassettes
