// `dynadeck cassette merge`: several tapes, one after the other, as one.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cassettes/json/text.h"
#include "cassettes/streams/line.h"
#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {
namespace {

struct MergeOptions {
  std::vector<std::string> files;
  std::string output;
  bool overwrite = false;
  bool sections = false;
};

// Where the next tape begins.
struct Ends {
  std::uint64_t sequence = 0;
  std::uint64_t completed = 0;
  std::chrono::microseconds offset{0};
};

// A mark or what is told of a stream, so much later.
std::string moved(std::string_view line, const Ends& start) {
  if (auto told = parse_stream_line(line)) {
    told->offset += start.offset;
    if (told->exchange != 0) told->exchange += start.sequence;
    std::string out;
    append_line(out, *told);
    return out;
  }
  const std::string_view offset = find_member(line, "offset_us");
  if (offset.empty()) return std::string(line) + "\n";
  const auto at = static_cast<std::size_t>(offset.data() - line.data());
  const std::uint64_t now =
      unsigned_value(offset) + static_cast<std::uint64_t>(start.offset.count());
  return std::string(line.substr(0, at)) + std::to_string(now) +
         std::string(line.substr(at + offset.size())) + "\n";
}

Outcome<Done, std::string> append_tape(const TapeReader& tape, const std::string& section,
                                       TapeWriter& writer, Ends& ends) {
  const Ends start = ends;
  Outcome<Done, std::string> written = Done{};
  const auto visit_other = [&](std::string_view line) {
    written = writer.add_other(moved(line, start));
    return written.ok();
  };
  const auto visit = [&](Interaction& interaction) {
    interaction.sequence += start.sequence;
    interaction.arrived += start.sequence;
    interaction.completed += start.completed;
    interaction.offset += start.offset;
    if (!section.empty() && interaction.section.empty()) interaction.section = section;
    ends.sequence = std::max(ends.sequence, interaction.arrived);
    ends.completed = std::max(ends.completed, interaction.completed);
    ends.offset = std::max(ends.offset, interaction.offset + interaction.duration);
    written = writer.add(interaction);
    return written.ok();
  };
  const auto done = for_each_entry(tape, visit, visit_other);
  return done ? written : done;
}

int merge(const MergeOptions& options, const ToolOutput& to) {
  std::vector<TapeReader> tapes;
  for (const std::string& file : options.files) {
    auto tape = open_tape(file, to);
    if (!tape) return unusable(to, tape.error());
    tapes.push_back(std::move(tape).value());
  }
  const TapeHeader& header = tapes.front().header();
  for (const TapeReader& tape : tapes) {
    if (tape.header().salt != header.salt ||
        to_json(tape.header().redactions) != to_json(header.redactions)) {
      return unusable(to, tape.path() + ": is redacted otherwise than " + tapes.front().path() +
                              ", so they cannot be one tape");
    }
  }
  auto output = TapeOutput::create(options.output, header, options.overwrite, {});
  if (!output) return unusable(to, output.error());
  Ends ends;
  for (const TapeReader& tape : tapes) {
    const std::string section =
        options.sections ? std::filesystem::path(tape.path()).stem().string() : std::string();
    if (auto done = append_tape(tape, section, output->writer(), ends); !done) {
      return unusable(to, done.error());
    }
  }
  const std::uint64_t exchanges = output->writer().exchanges();
  if (auto done = output->finish(); !done) return unusable(to, done.error());
  to.output << options.output << ": " << exchanges << " exchanges of " << tapes.size()
            << " tapes\n";
  return kToolGood;
}

}  // namespace

void add_merge(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand("merge", "Several tapes, one after the other");
  const auto options = std::make_shared<MergeOptions>();
  command->add_option("FILES", options->files, "The tapes")->required()->expected(1, 100'000);
  command->add_option("-o,--output", options->output, "The new tape")->required();
  command->add_flag("--sections", options->sections, "A section per tape, named after its file");
  command->add_flag("--overwrite", options->overwrite, "Replace an existing output");
  command->callback([options, to, &status] { status = merge(*options, to); });
}

}  // namespace dynadeck::cassettes
