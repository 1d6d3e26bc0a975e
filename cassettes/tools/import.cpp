// `dynadeck cassette import`: a tape from JSON Lines or from an HTTP Archive.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cassettes/json/base64.h"
#include "cassettes/json/text.h"
#include "cassettes/streams/line.h"
#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {
namespace {

struct ImportOptions {
  std::string file;
  std::string output;
  bool overwrite = false;
};

// Adds what comes without numbers of its own in the order it comes.
class Importer {
 public:
  // seed: of the header that the lines come with, if they do.
  Importer(TapeWriter& writer, std::optional<std::uint64_t> seed) : writer_(writer), seed_(seed) {}

  Outcome<Done, std::string> line(std::string_view text) {
    if (line_type(text) == "header") return Done{};
    if (!is_exchange_line(text)) {
      // Only what a tape may hold: one JSON object.
      JsonCursor cursor(text);
      std::string_view raw;
      if (!text.starts_with('{') || !cursor.value(raw) || !cursor.at_end()) {
        return std::string("a line is no JSON object");
      }
      if (is_stream_line(text)) {
        const auto told = parse_stream_line(text);
        if (!told) return "a line cannot be read: " + told.error();
      }
      return writer_.add_other(std::string(text) + "\n");
    }
    auto interaction = parse_interaction(text, seed_);
    if (!interaction) return "a line cannot be read: " + interaction.error();
    return writer_.add(*interaction);
  }

  // An entry of an archive. Those that are not DynamoDB's are passed over.
  Outcome<Done, std::string> entry(std::string_view raw) {
    const std::string_view whole = find_member(raw, "_dynadeck");
    if (!whole.empty()) return line(whole);
    const std::string_view request = find_member(raw, "request");
    const std::string_view response = find_member(raw, "response");
    Interaction interaction;
    interaction.operation = operation_of(find_member(request, "headers"));
    if (interaction.operation.empty()) {
      ++skipped_;
      return Done{};
    }
    interaction.sequence = interaction.completed = interaction.arrived =
        writer_.last_sequence() + 1;
    interaction.scope = {"000000000000", region_of(string_value(find_member(request, "url")))};
    interaction.content_type = kUsualContentType;
    interaction.request = string_value(find_member(find_member(request, "postData"), "text"));
    interaction.status = static_cast<int>(
        std::clamp<std::uint64_t>(unsigned_value(find_member(response, "status")), 100, 599));
    const std::string_view content = find_member(response, "content");
    interaction.response = string_value(find_member(content, "text"));
    if (string_value(find_member(content, "encoding")) == "base64") {
      std::string bytes;
      if (append_from_base64(bytes, interaction.response)) interaction.response = bytes;
    }
    interaction.error_code = error_of(interaction);
    const double milliseconds = std::atof(std::string(find_member(raw, "time")).c_str());
    if (milliseconds > 0 && milliseconds < 1e9) {
      interaction.duration = std::chrono::microseconds(std::llround(milliseconds * 1000));
    }
    return writer_.add(interaction);
  }

  std::uint64_t skipped() const { return skipped_; }

 private:
  static std::string operation_of(std::string_view headers) {
    std::string operation;
    for_each_element(headers, [&](std::string_view header) {
      std::string name = string_value(find_member(header, "name"));
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char byte) { return std::tolower(byte); });
      if (name != "x-amz-target") return true;
      const std::string target = string_value(find_member(header, "value"));
      const std::size_t dot = target.find('.');
      if (dot != std::string::npos && target.starts_with("DynamoDB")) {
        operation = target.substr(dot + 1);
      }
      return false;
    });
    return operation;
  }

  // "https://dynamodb.eu-west-1.amazonaws.com/"; us-east-1 where the host does not say.
  static std::string region_of(const std::string& url) {
    for (const std::string_view start : {"dynamodb.", "streams.dynamodb."}) {
      const std::size_t at = url.find(start);
      if (at == std::string::npos) continue;
      const std::string rest = url.substr(at + start.size());
      const std::size_t end = rest.find('.');
      if (end != std::string::npos &&
          std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(end), '-') >= 2) {
        return rest.substr(0, end);
      }
    }
    return "us-east-1";
  }

  static std::string error_of(const Interaction& interaction) {
    if (interaction.status < 400) return {};
    const std::string type = string_value(find_member(interaction.response, "__type"));
    return type.substr(type.find('#') + 1);
  }

  TapeWriter& writer_;
  const std::optional<std::uint64_t> seed_;
  std::uint64_t skipped_ = 0;
};

// Reads a line without its break, which may be a Windows one.
bool read_line(std::istream& in, std::string& line) {
  if (!std::getline(in, line)) return false;
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

// line: the first, which was read already.
Outcome<Done, std::string> import_lines(std::string line, std::istream& in, Importer& importer,
                                        ProgressLine& progress) {
  std::uint64_t number = 0;
  do {
    ++number;
    if (line.empty()) continue;
    if (auto done = importer.line(line); !done) {
      return "line " + std::to_string(number) + ": " + done.error();
    }
    progress.show(number, 0);
  } while (read_line(in, line));
  return Done{};
}

Outcome<Done, std::string> import_archive(std::string_view log, Importer& importer) {
  // What is no exchange, and how many entries stood before it.
  std::vector<std::pair<std::uint64_t, std::string_view>> others;
  for_each_element(find_member(log, "_dynadeck_lines"), [&](std::string_view raw) {
    others.emplace_back(unsigned_value(find_member(raw, "before")), find_member(raw, "line"));
    return true;
  });
  Outcome<Done, std::string> added = Done{};
  std::size_t next = 0;
  const auto add_others = [&](std::uint64_t entries) {
    while (added && next < others.size() && others[next].first <= entries) {
      added = importer.line(others[next++].second);
    }
  };
  std::uint64_t number = 0;
  const std::string_view entries = find_member(log, "entries");
  const bool walked = for_each_element(entries, [&](std::string_view entry) {
    add_others(number++);
    if (added) added = importer.entry(entry);
    return added.ok();
  });
  if (!walked) return std::string("is neither JSON Lines of a cassette nor an HTTP archive");
  add_others(~std::uint64_t{0});
  // Archives of earlier writers.
  for_each_element(find_member(log, "_dynadeck_streams"), [&](std::string_view line) {
    if (added) added = importer.line(line);
    return added.ok();
  });
  return added;
}

// The header that comes with the lines; else a new one.
Outcome<TapeHeader, std::string> header_of(std::string_view first, std::string_view log,
                                           std::optional<std::uint64_t>& seed) {
  const std::string_view taped = find_member(log, "_dynadeck_header");
  const bool given = line_type(first) == "header" || !taped.empty();
  if (given) {
    auto parsed = parse_header(taped.empty() ? first : taped);
    if (!parsed) return "is " + parsed.error();
    seed = parsed->seed;
    return parsed;
  }
  TapeHeader header;
  std::string_view entry;
  for_each_element(find_member(log, "entries"), [&](std::string_view raw) {
    entry = raw;
    return false;
  });
  const std::string started = string_value(find_member(entry, "startedDateTime"));
  if (!parse_time(started, header.created)) {
    header.created =
        std::chrono::time_point_cast<Clock::WallTime::duration>(std::chrono::system_clock::now());
  }
  header.clock_start = header.created;
  return header;
}

int run(const ImportOptions& options, const ToolOutput& to) {
  std::ifstream file;
  const bool standard_input = options.file == "-";
  if (!standard_input) file.open(options.file, std::ios::binary);
  std::istream& in = standard_input ? std::cin : file;
  std::string first;
  if (!in || !read_line(in, first)) return unusable(to, options.file + ": cannot be read");
  // The rest comes once: it may be a pipe.
  const bool lines = !line_type(first).empty();
  std::string archive;
  if (!lines) archive = first + "\n" + std::string(std::istreambuf_iterator<char>(in), {});
  const std::string_view log = find_member(archive, "log");
  std::optional<std::uint64_t> seed;
  const auto header = header_of(first, log, seed);
  if (!header) return unusable(to, options.file + ": " + header.error());
  auto output = TapeOutput::create(options.output, *header, options.overwrite, {});
  if (!output) return unusable(to, output.error());
  Importer importer(output->writer(), seed);
  ProgressLine progress(to, options.file, Prints::kAtEnd);
  auto done = lines ? import_lines(std::move(first), in, importer, progress)
                    : import_archive(log, importer);
  progress.clear();
  if (!done) return unusable(to, options.file + ": " + done.error());
  const std::uint64_t exchanges = output->writer().exchanges();
  done = output->finish();
  if (!done) return unusable(to, done.error());
  to.output << options.output << ": " << exchanges << " exchanges";
  if (importer.skipped() > 0) to.output << ", " << importer.skipped() << " not DynamoDB's";
  to.output << "\n";
  return kToolGood;
}

}  // namespace

void add_import(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand("import", "A tape from JSON Lines or HAR");
  const auto options = std::make_shared<ImportOptions>();
  command
      ->add_option("FILE", options->file,
                   "What `export` wrote, or a browser's archive; - for standard input")
      ->required();
  command->add_option("-o,--output", options->output, "The new tape")->required();
  command->add_flag("--overwrite", options->overwrite, "Replace an existing output");
  command->callback([options, to, &status] { status = run(*options, to); });
}

}  // namespace dynadeck::cassettes
