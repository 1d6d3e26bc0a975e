// `dynadeck cassette export`: a tape as JSON Lines, or as an HTTP Archive.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "cassettes/json/base64.h"
#include "cassettes/json/text.h"
#include "cassettes/tape/line_writer.h"
#include "cassettes/tools/tool.h"
#include "harness/seam/utf8.h"

namespace dynadeck::cassettes {
namespace {

struct ExportOptions {
  std::string file;
  std::string output;
  std::string format = "jsonl";
  bool overwrite = false;
};

std::string target_of(const std::string& operation) {
  const bool streams = find_operation(Api::kStreams, operation) != Operation::kUnknown;
  return (streams ? "DynamoDBStreams_20120810." : "DynamoDB_20120810.") + operation;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '[') out += ',';
  out += R"({"name":)";
  append_quoted(out, name);
  out += R"(,"value":)";
  append_quoted(out, is_utf8(value) ? value : std::string_view());
  out += '}';
}

void append_content(std::string& out, const std::string& bytes) {
  out.append(R"("size":)").append(std::to_string(bytes.size()));
  if (is_utf8(bytes)) {
    out += R"(,"text":)";
    append_quoted(out, bytes);
  } else {
    out += R"(,"encoding":"base64","text":")";
    append_base64(out, bytes);
    out += '"';
  }
}

// One entry of HAR 1.2. What HAR has no place for goes into members that begin with an underscore,
// as it allows. Source: [doc] "HAR 1.2 Spec".
std::string entry_of(const Interaction& interaction, const TapeHeader& header, LineWriter& lines) {
  const auto milliseconds = std::to_string(static_cast<double>(interaction.duration.count()) / 1e3);
  std::string out = R"({"startedDateTime":")" + format_time(header.created + interaction.offset);
  out += R"(","time":)" + milliseconds;
  out += R"(,"request":{"method":"POST","url":"https://dynamodb.)" + interaction.scope.region;
  out += R"(.amazonaws.com/","httpVersion":"HTTP/1.1","cookies":[],"queryString":[],"headers":[)";
  append_header(out, "X-Amz-Target", target_of(interaction.operation));
  append_header(out, "Content-Type", "application/x-amz-json-1.0");
  out += R"(],"headersSize":-1,"bodySize":)" + std::to_string(interaction.request.size());
  out += R"(,"postData":{"mimeType":"application/x-amz-json-1.0","params":[],)";
  std::string content;
  append_content(content, interaction.request);
  out += content.substr(content.find(',') + 1) + "}}";
  out += R"(,"response":{"status":)" + std::to_string(interaction.status);
  out += R"(,"statusText":"","httpVersion":"HTTP/1.1","cookies":[],"redirectURL":"","headers":[)";
  append_header(out, "Content-Type", interaction.content_type);
  if (!interaction.request_id.empty()) {
    append_header(out, "x-amzn-RequestId", interaction.request_id);
  }
  for (const auto& [name, value] : interaction.headers) append_header(out, name, value);
  out += R"(],"headersSize":-1,"bodySize":)" + std::to_string(interaction.response.size());
  out += R"(,"content":{"mimeType":)";
  append_quoted(out, interaction.content_type);
  out += ',';
  append_content(out, interaction.response);
  out += R"(}},"cache":{},"timings":{"send":0,"wait":)" + milliseconds + R"(,"receive":0})";
  // The whole line as it is on the tape, so that an import loses nothing.
  out += R"(,"_dynadeck":)";
  lines.append(out, interaction.view());
  out.back() = '}';
  return out;
}

Outcome<Done, std::string> export_lines(const TapeReader& tape, std::ostream& out) {
  out << to_line(tape.header());
  return tape.for_each_line([&](std::string_view line, std::size_t) {
    out << line << '\n';
    return out.good();
  });
}

// The header and the lines that are no exchanges stand beside the entries, so that an import gives
// the same tape: {"before": how many entries stood before the line, "line": ...}.
Outcome<Done, std::string> export_archive(const TapeReader& tape, std::ostream& out) {
  out << R"({"log":{"version":"1.2","creator":{"name":"dynadeck","version":)";
  std::string version;
  append_quoted(version, tape.header().dynadeck_version);
  out << version << R"(},"entries":[)";
  LineWriter lines(tape.header().seed);
  std::uint64_t entries = 0;
  std::string others;
  const auto visit = [&](Interaction& interaction) {
    out << (entries++ == 0 ? "\n" : ",\n") << entry_of(interaction, tape.header(), lines);
    return out.good();
  };
  auto done = for_each_entry(tape, visit, [&](std::string_view line) {
    others.append(others.empty() ? "\n" : ",\n").append(R"({"before":)");
    others.append(std::to_string(entries)).append(R"(,"line":)").append(line).append("}");
    return true;
  });
  std::string header = to_line(tape.header());
  header.pop_back();
  out << "\n],\"_dynadeck_header\":" << header << ",\"_dynadeck_lines\":[" << others << "\n]}}\n";
  return done;
}

int run(const ExportOptions& options, const ToolOutput& to) {
  const Prints prints = options.output.empty() ? Prints::kAlong : Prints::kAtEnd;
  const auto tape = open_tape(options.file, to, prints);
  if (!tape) return unusable(to, tape.error());
  auto output = TextOutput::create(options.output, options.overwrite, to.output);
  if (!output) return unusable(to, output.error());
  auto done = options.format == "har" ? export_archive(*tape, output->stream())
                                      : export_lines(*tape, output->stream());
  if (done && !tape->damage().empty()) done = options.file + ": " + tape->damage();
  if (done) done = output->finish();
  return done ? kToolGood : unusable(to, done.error());
}

}  // namespace

void add_export(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand("export", "A tape as JSON Lines or HAR");
  const auto options = std::make_shared<ExportOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_option("--format", options->format, "jsonl or har")
      ->check(CLI::IsMember({"jsonl", "har"}));
  command->add_option("-o,--output", options->output, "Where to; without, standard output");
  command->add_flag("--overwrite", options->overwrite, "Replace an existing output");
  command->callback([options, to, &status] { status = run(*options, to); });
}

}  // namespace dynadeck::cassettes
