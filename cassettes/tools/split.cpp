// `dynadeck cassette split`: one tape per section or per table.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <cctype>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "cassettes/tools/tool.h"
#include "harness/request_view.h"

namespace dynadeck::cassettes {
namespace {

// Each output holds a file open.
constexpr std::size_t kMostOutputs = 500;

struct SplitOptions {
  std::string file;
  std::string folder = ".";
  std::string by = "section";
  bool overwrite = false;
};

std::string group_of(const Interaction& interaction, const std::string& by) {
  if (by == "section") return interaction.section.empty() ? "unnamed" : interaction.section;
  const RequestView view(interaction.request);
  return view.tables().empty() ? "no-table" : view.tables().front();
}

// Names come from tests and tables; a file name is letters, digits, '-', '_' and '.'.
std::string file_name(const std::string& group) {
  std::string name;
  for (const char byte : group) {
    const bool plain = std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '-' ||
                       byte == '_' || (byte == '.' && !name.empty());
    name += plain ? byte : '_';
  }
  return name.substr(0, 200) + ".tape";
}

int split(const SplitOptions& options, const ToolOutput& to) {
  const auto tape = TapeReader::open(options.file);
  if (!tape) return unusable(to, tape.error());
  std::map<std::string, TapeOutput> outputs;
  Outcome<Done, std::string> written = Done{};
  auto done = for_each_interaction(*tape, [&](Interaction& interaction) {
    const std::string path =
        (std::filesystem::path(options.folder) / file_name(group_of(interaction, options.by)))
            .string();
    auto found = outputs.find(path);
    if (found == outputs.end()) {
      if (outputs.size() >= kMostOutputs) {
        written = options.file + ": makes more than " + std::to_string(kMostOutputs) + " tapes";
        return false;
      }
      auto output = TapeOutput::create(path, tape->header(), options.overwrite, {});
      if (!output) {
        written = output.error();
        return false;
      }
      found = outputs.emplace(path, std::move(output).value()).first;
    }
    written = found->second.writer().add(interaction);
    return written.ok();
  });
  if (done) done = written;
  for (auto& [path, output] : outputs) {
    const std::uint64_t exchanges = output.writer().exchanges();
    if (done) done = output.finish();
    if (done) to.output << path << ": " << exchanges << " exchanges\n";
  }
  return done ? kToolGood : unusable(to, done.error());
}

}  // namespace

void add_split(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand("split", "One tape per section or per table");
  const auto options = std::make_shared<SplitOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_option("--by", options->by, "section or table")
      ->check(CLI::IsMember({"section", "table"}));
  command->add_option("-o,--output", options->folder, "Folder of the new tapes");
  command->add_flag("--overwrite", options->overwrite, "Replace existing outputs");
  command->callback([options, to, &status] { status = split(*options, to); });
}

}  // namespace dynadeck::cassettes
