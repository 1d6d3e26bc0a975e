// `dynadeck cassette split`: one tape per section or per table.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <cctype>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cassettes/json/text.h"
#include "cassettes/streams/line.h"
#include "cassettes/tools/tool.h"
#include "harness/seam/request_view.h"

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

// Which group each exchange goes to.
using Groups = std::unordered_map<std::uint64_t, std::string>;

// The tapes that come of one. A mark goes before the first exchange of its section, a stream record
// to the exchange that caused it, or to its table; a stream and its shards go wherever records of
// it do.
class Splitter {
 public:
  Splitter(const SplitOptions& options, const TapeHeader& header, const Groups& groups)
      : options_(options), header_(header), groups_(groups) {}

  Outcome<Done, std::string> exchange(const Interaction& interaction) {
    group_ = group_of(interaction, options_.by);
    Output* output = nullptr;
    if (auto done = open(group_, output); !done) return done;
    const auto mark = marks_.find(interaction.section);
    if (mark != marks_.end() && output->marked.insert(interaction.section).second) {
      if (auto done = output->tape.writer().add_other(mark->second); !done) return done;
    }
    return output->tape.writer().add(interaction);
  }

  Outcome<Done, std::string> other(std::string_view line) {
    const std::string whole = std::string(line) + "\n";
    if (line_type(line) == "mark") {
      marks_.try_emplace(string_value(find_member(line, "section")), whole);
      return Done{};
    }
    if (is_stream_line(line)) return told(line);
    Output* output = nullptr;
    if (auto done = open(group_, output); !done) return done;
    return output->tape.writer().add_other(whole);
  }

  Outcome<Done, std::string> finish(std::ostream& out) {
    for (auto& [path, output] : outputs_) {
      const std::uint64_t exchanges = output.tape.writer().exchanges();
      if (auto done = output.tape.finish(); !done) return done;
      out << path << ": " << exchanges << " exchanges\n";
    }
    return Done{};
  }

 private:
  struct Output {
    TapeOutput tape;
    std::string group;
    std::set<std::string> marked;   // the sections whose marks it has
    std::set<std::string> streams;  // those it was told of
  };

  Outcome<Done, std::string> told(std::string_view line) {
    auto parsed = parse_stream_line(line);
    if (!parsed) return options_.file + ": a line cannot be read: " + parsed.error();
    const auto cause = groups_.find(parsed->exchange);
    const std::string cause_group = cause == groups_.end() ? std::string() : cause->second;
    if (parsed->kind != StreamLine::Kind::kRecord) return introduce(*parsed, cause_group);
    std::string group(table_name_of(parsed->stream_arn));
    if (options_.by == "section") group = cause == groups_.end() ? group_ : cause_group;
    Output* output = nullptr;
    if (auto done = open(group, output); !done) return done;
    if (auto done = tell_of(parsed->stream_arn, *output); !done) return done;
    return write(std::move(*parsed), cause_group, *output);
  }

  // Kept for the tapes that will have records of the stream, and told to those that have.
  Outcome<Done, std::string> introduce(const StreamLine& line, const std::string& cause_group) {
    introductions_[line.stream_arn].push_back({line, cause_group});
    for (auto& [path, output] : outputs_) {
      if (!output.streams.contains(line.stream_arn)) continue;
      if (auto done = write(line, cause_group, output); !done) return done;
    }
    if (options_.by == "section") return Done{};
    Output* output = nullptr;
    if (auto done = open(std::string(table_name_of(line.stream_arn)), output); !done) return done;
    return tell_of(line.stream_arn, *output);
  }

  Outcome<Done, std::string> tell_of(const std::string& stream_arn, Output& output) {
    if (!output.streams.insert(stream_arn).second) return Done{};
    for (const auto& [line, cause_group] : introductions_[stream_arn]) {
      if (auto done = write(line, cause_group, output); !done) return done;
    }
    return Done{};
  }

  // An exchange that goes to another tape is not named.
  Outcome<Done, std::string> write(StreamLine line, const std::string& cause_group,
                                   Output& output) const {
    if (cause_group != output.group) line.exchange = 0;
    std::string text;
    append_line(text, line);
    return output.tape.writer().add_other(text);
  }

  Outcome<Done, std::string> open(const std::string& group, Output*& output) {
    const std::string path = (std::filesystem::path(options_.folder) / file_name(group)).string();
    auto found = outputs_.find(path);
    if (found == outputs_.end()) {
      if (outputs_.size() >= kMostOutputs) {
        return options_.file + ": makes more than " + std::to_string(kMostOutputs) + " tapes";
      }
      auto tape = TapeOutput::create(path, header_, options_.overwrite, {});
      if (!tape) return tape.error();
      found = outputs_.emplace(path, Output{std::move(tape).value(), group, {}, {}}).first;
    }
    output = &found->second;
    return Done{};
  }

  const SplitOptions& options_;
  const TapeHeader& header_;
  const Groups& groups_;
  std::map<std::string, Output> outputs_;     // by path
  std::map<std::string, std::string> marks_;  // lines, by section
  // Of streams, by ARN: the lines and the groups of their causes.
  std::map<std::string, std::vector<std::pair<StreamLine, std::string>>> introductions_;
  std::string group_ = "unnamed";  // of the exchange before
};

int split(const SplitOptions& options, const ToolOutput& to) {
  const auto tape = open_tape(options.file, to);
  if (!tape) return unusable(to, tape.error());
  std::error_code wrong;
  std::filesystem::create_directories(options.folder, wrong);
  if (wrong) return unusable(to, options.folder + ": " + wrong.message());
  // What is told of streams may stand before the exchange that it names.
  Groups groups;
  const auto note = [&](Interaction& interaction) {
    groups[interaction.sequence] = group_of(interaction, options.by);
    return true;
  };
  if (auto read = for_each_interaction(*tape, note); !read) return unusable(to, read.error());
  Splitter splitter(options, tape->header(), groups);
  Outcome<Done, std::string> written = Done{};
  const auto visit = [&](Interaction& interaction) {
    written = splitter.exchange(interaction);
    return written.ok();
  };
  const auto visit_other = [&](std::string_view line) {
    written = splitter.other(line);
    return written.ok();
  };
  auto done = for_each_entry(*tape, visit, visit_other);
  if (done) done = written;
  if (done) done = splitter.finish(to.output);
  return done ? kToolGood : unusable(to, done.error());
}

}  // namespace

void add_split(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand("split", "One tape per section or per table");
  const auto options = std::make_shared<SplitOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_option("--by", options->by, "section or table")
      ->check(CLI::IsMember({"section", "table"}));
  command->add_option("-o,--output", options->folder,
                      "Folder of the new tapes, made where it is not there");
  command->add_flag("--overwrite", options->overwrite, "Replace existing outputs");
  command->callback([options, to, &status] { status = split(*options, to); });
}

}  // namespace dynadeck::cassettes
