// `dynadeck cassette show`: what is on a tape, a line per exchange.
#include <fnmatch.h>

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <cstdio>
#include <memory>
#include <ostream>
#include <string>

#include "cassettes/json/text.h"
#include "cassettes/matching/difference.h"
#include "cassettes/streams/line.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"
#include "cassettes/tools/tool.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {
namespace {

struct ShowOptions {
  std::string file;
  std::string operation;  // globs; empty matches all
  std::string table;
  std::string section;
  std::string id;  // of the request
  int status = 0;
  std::uint64_t sequence = 0;
  std::uint64_t limit = 0;
  bool errors_only = false;
  bool json = false;
};

bool fits(const std::string& glob, const std::string& text) {
  return glob.empty() || fnmatch(glob.c_str(), text.c_str(), 0) == 0;
}

bool names_table(const std::string& glob, const std::string& request) {
  if (glob.empty()) return true;
  const RequestView view(request);
  for (const std::string& table : view.tables()) {
    if (fits(glob, table)) return true;
  }
  return false;
}

bool wanted(const ShowOptions& options, const Interaction& interaction) {
  return fits(options.operation, interaction.operation) &&
         fits(options.section, interaction.section) &&
         (options.status == 0 || options.status == interaction.status) &&
         (options.id.empty() || options.id == interaction.request_id) &&
         (options.sequence == 0 || options.sequence == interaction.sequence) &&
         (!options.errors_only || interaction.status >= 400) &&
         names_table(options.table, interaction.request);
}

bool contains_end(std::string_view shard) {
  return !find_member(find_member(shard, "SequenceNumberRange"), "EndingSequenceNumber").empty();
}

void print_header(const TapeReader& tape, std::ostream& out) {
  const TapeHeader& header = tape.header();
  out << tape.path() << ": cassette version " << header.version << ", recorded "
      << format_time(header.created) << " by dynadeck " << header.dynadeck_version << ", seed "
      << header.seed << "\n";
  if (!header.redactions.empty()) out << "redacted: " << to_json(header.redactions) << "\n";
}

void print_exchange(const Interaction& interaction, std::ostream& out) {
  char start[96];
  std::snprintf(start, sizeof start, "%6llu %10.3f s %9.3f ms  ",
                static_cast<unsigned long long>(interaction.sequence),
                static_cast<double>(interaction.offset.count()) / 1e6,
                static_cast<double>(interaction.duration.count()) / 1e3);
  out << start << interaction.operation << " " << interaction.status;
  if (!interaction.error_code.empty()) out << " " << interaction.error_code;
  if (!interaction.section.empty()) out << " [" << interaction.section << "]";
  for (const InjectedFault& fault : interaction.faults) {
    out << " fault:" << fault.rule << "/" << fault.kind;
  }
  if (!interaction.request_id.empty()) out << "\n         " << interaction.request_id;
  out << "\n         > " << shortened(interaction.request, kShownBytes) << "\n         < "
      << shortened(interaction.response, kShownBytes) << "\n";
}

// Filters that speak of requests or answers leave stream records out.
bool wanted(const ShowOptions& options, const StreamLine& told) {
  const bool by_exchange = options.operation.empty() && options.section.empty() &&
                           options.status == 0 && !options.errors_only && options.id.empty();
  return by_exchange && (options.sequence == 0 || options.sequence == told.exchange) &&
         fits(options.table, std::string(table_name_of(told.stream_arn)));
}

void print_told(const StreamLine& told, std::ostream& out) {
  if (told.kind == StreamLine::Kind::kRecord) {
    out << "record " << string_value(find_member(told.json, "eventName")) << " "
        << table_name_of(told.stream_arn) << "/" << told.shard << " "
        << sequence_number_of(told.json);
  } else if (told.kind == StreamLine::Kind::kShard) {
    out << "shard " << table_name_of(told.stream_arn) << "/"
        << string_value(find_member(told.json, "ShardId"))
        << (contains_end(told.json) ? " closed" : " opened");
  } else {
    out << "stream " << told.stream_arn << " "
        << string_value(find_member(told.json, "StreamStatus"));
  }
  if (told.exchange != 0) out << " of exchange " << told.exchange;
  if (told.expired) out << " expired";
  out << "\n";
  if (told.kind != StreamLine::Kind::kRecord) return;
  out << "         = " << shortened(find_member(told.json, "dynamodb"), kShownBytes) << "\n";
}

// Only filters of sections speak of marks, too.
void show_mark(const ShowOptions& options, std::string_view line, std::ostream& out) {
  const std::string section = string_value(find_member(line, "section"));
  const bool others = options.sequence != 0 || options.status != 0 || options.errors_only ||
                      !options.id.empty() || !options.operation.empty() || !options.table.empty();
  if (others || !fits(options.section, section)) return;
  options.json ? out << line << "\n" : out << "mark " << section << "\n";
}

int show(const ShowOptions& options, const ToolOutput& to) {
  const auto tape = open_tape(options.file, to, Prints::kAlong);
  if (!tape) return unusable(to, tape.error());
  if (!options.json) print_header(*tape, to.output);
  std::uint64_t shown = 0;
  std::string wrong;
  const auto done = tape->for_each_line([&](std::string_view line, std::size_t) {
    if (is_stream_line(line)) {
      const auto told = parse_stream_line(line);
      if (!told) {
        wrong = tape->path() + ": a line cannot be read: " + told.error();
      } else if (wanted(options, *told)) {
        options.json ? static_cast<void>(to.output << line << "\n") : print_told(*told, to.output);
      }
      return wrong.empty();
    }
    if (!is_exchange_line(line)) {
      if (line_type(line) == "mark") show_mark(options, line, to.output);
      return true;
    }
    const auto interaction = parse_interaction(line, tape->header().seed);
    if (!interaction) {
      wrong = tape->path() + ": a line cannot be read: " + interaction.error();
      return false;
    }
    if (!wanted(options, *interaction)) return true;
    if (options.json) {
      to.output << line << "\n";
    } else {
      print_exchange(*interaction, to.output);
    }
    return ++shown != options.limit;
  });
  if (!done) return unusable(to, done.error());
  if (!wrong.empty()) return unusable(to, wrong);
  if (!tape->damage().empty()) return unusable(to, tape->path() + ": " + tape->damage());
  return kToolGood;
}

}  // namespace

void add_show(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand("show", "Print what is on a tape");
  const auto options = std::make_shared<ShowOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_option("--operation", options->operation, "Only these operations (a glob)");
  command->add_option("--table", options->table, "Only requests that name this table (a glob)");
  command->add_option("--section", options->section, "Only this section (a glob)");
  command->add_option("--status", options->status, "Only answers with this HTTP status");
  command->add_option("--sequence", options->sequence, "Only this exchange");
  command->add_option("--id", options->id, "Only the exchange with this x-amzn-RequestId");
  command->add_option("--limit", options->limit, "At most so many");
  command->add_flag("--errors", options->errors_only, "Only answers that are errors");
  command->add_flag("--json", options->json, "The lines as they are on the tape");
  command->callback([options, to, &status] { status = show(*options, to); });
}

}  // namespace dynadeck::cassettes
