// `dynadeck cassette compact`: the same tape, smaller, with a new index.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <unordered_map>
#include <utility>

#include "cassettes/matching/hash.h"
#include "cassettes/streams/line.h"
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

// For each exchange which one stays of those that say the same: itself, unless repetitions go.
using Stays = std::unordered_map<std::uint64_t, std::uint64_t>;

Outcome<Done, std::string> find_what_stays(const TapeReader& tape, bool dedupe, Stays& stays) {
  std::unordered_map<std::uint64_t, std::uint64_t> first;  // sequence, by content
  return for_each_interaction(tape, [&](Interaction& interaction) {
    const std::uint64_t sequence = interaction.sequence;
    stays[sequence] =
        dedupe ? first.try_emplace(content_hash(interaction), sequence).first->second : sequence;
    return true;
  });
}

// What a repetition caused is told of the exchange that stays. An exchange that a killed process
// did not finish is not on the tape, and no longer named.
std::string other_line(std::string_view line, const Stays& stays) {
  std::string text = std::string(line) + "\n";
  if (!is_stream_line(line)) return text;
  auto told = parse_stream_line(line);
  if (!told || told->exchange == 0) return text;
  const auto found = stays.find(told->exchange);
  const std::uint64_t cause = found == stays.end() ? 0 : found->second;
  if (cause == told->exchange) return text;
  told->exchange = cause;
  text.clear();
  append_line(text, *told);
  return text;
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
  const bool looks_ahead = options.dedupe || !tape->complete();
  Stays stays;
  if (looks_ahead) {
    if (auto read = find_what_stays(*tape, options.dedupe, stays); !read) {
      return unusable(to, read.error());
    }
  }
  std::uint64_t left_out = 0;
  std::string wrong;
  auto done = tape->for_each_line([&](std::string_view line, std::size_t) {
    Outcome<Done, std::string> written = Done{};
    if (!is_exchange_line(line)) {
      written = output->writer().add_other(looks_ahead ? other_line(line, stays)
                                                       : std::string(line) + "\n");
    } else {
      const auto interaction = parse_interaction(line, tape->header().seed);
      if (!interaction) {
        wrong = options.file + ": a line cannot be read: " + interaction.error();
      } else if (options.dedupe && stays[interaction->sequence] != interaction->sequence) {
        ++left_out;
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
  if (options.dedupe) to.output << ", " << left_out << " repetitions left out";
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
