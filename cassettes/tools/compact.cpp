// `dynadeck cassette compact`: the same tape, smaller, with a new index.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <unordered_set>

#include "cassettes/match_hash.h"
#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {
namespace {

struct CompactOptions {
  std::string file;
  std::string output;
  int level = 19;
  std::size_t frame_kib = 1024;
  bool dedupe = false;
  bool overwrite = false;
};

// Equal for exchanges that say the same: request, section and answer.
std::uint64_t content_hash(const Interaction& interaction) {
  const std::uint64_t request =
      match_hash(interaction.operation, interaction.scope.account, interaction.scope.region,
                 hash_body(interaction.request).hash);
  const std::uint64_t answer =
      combine(hash_text(interaction.response), static_cast<std::uint64_t>(interaction.status));
  return combine(combine(request, hash_text(interaction.section)), answer);
}

int compact(const CompactOptions& options, const ToolOutput& to) {
  const auto tape = open_tape(options.file, to);
  if (!tape) return unusable(to, tape.error());
  const std::uint64_t bytes_before = tape->file_bytes();
  WriterOptions writing;
  writing.level = options.level;
  writing.frame_bytes = options.frame_kib << 10;
  const std::string path = options.output.empty() ? options.file : options.output;
  auto output = TapeOutput::create(path, tape->header(),
                                   options.overwrite || options.output.empty(), writing);
  if (!output) return unusable(to, output.error());
  std::unordered_set<std::uint64_t> seen;
  std::uint64_t dropped = 0;
  std::string wrong;
  auto done = tape->for_each_line([&](std::string_view line, std::size_t) {
    Outcome<Done, std::string> written = Done{};
    if (!is_exchange_line(line)) {
      written = output->writer().add_other(std::string(line) + "\n");
    } else {
      const auto interaction = parse_interaction(line, tape->header().seed);
      if (!interaction) {
        wrong = options.file + ": a line cannot be read: " + interaction.error();
      } else if (options.dedupe && !seen.insert(content_hash(*interaction)).second) {
        ++dropped;
      } else {
        written = output->writer().add(*interaction);
      }
    }
    if (!written) wrong = written.error();
    return wrong.empty();
  });
  if (!wrong.empty()) done = wrong;
  if (done && !tape->damage().empty()) done = options.file + ": " + tape->damage();
  const std::uint64_t exchanges = output->writer().exchanges();
  if (done) done = output->finish();
  if (!done) return unusable(to, done.error());
  to.output << path << ": " << exchanges << " exchanges, " << bytes_before << " bytes before, "
            << output->writer().file_bytes() << " now";
  if (options.dedupe) to.output << ", " << dropped << " repetitions left out";
  to.output << "\n";
  return kToolGood;
}

}  // namespace

void add_compact(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command =
      app.add_subcommand("compact", "Compress a tape anew; also completes one that was cut short");
  const auto options = std::make_shared<CompactOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_option("-o,--output", options->output, "The new tape; without, FILE is replaced");
  command->add_option("--level", options->level, "zstd level (19)")->check(CLI::Range(1, 22));
  command->add_option("--frame-kib", options->frame_kib, "Size of frames in KiB (1024)")
      ->check(CLI::Range(16, 16384));
  command->add_flag("--dedupe", options->dedupe,
                    "Leave out exchanges that repeat an earlier one (for --repeat last)");
  command->add_flag("--overwrite", options->overwrite, "Replace an existing output");
  command->callback([options, to, &status] { status = compact(*options, to); });
}

}  // namespace dynadeck::cassettes
