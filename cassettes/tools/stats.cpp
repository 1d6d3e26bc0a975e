// `dynadeck cassette stats`: operations, tables, latencies and sizes of a tape.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cassettes/json/text.h"
#include "cassettes/streams/line.h"
#include "cassettes/tools/tool.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {
namespace {

struct Tally {
  std::uint64_t count = 0;
  std::uint64_t errors = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  std::vector<std::uint32_t> durations_us;
};

struct Totals {
  std::map<std::string, Tally> operations;
  std::map<std::string, std::uint64_t> tables;
  std::map<std::string, std::uint64_t> errors;
  std::map<std::string, std::uint64_t> sections;
  std::map<std::string, std::uint64_t> faults;
  std::map<std::string, std::uint64_t> records;  // of streams, by table and event
  std::uint64_t exchanges = 0;
};

void count(const Interaction& interaction, Totals& totals) {
  ++totals.exchanges;
  Tally& tally = totals.operations[interaction.operation];
  ++tally.count;
  tally.request_bytes += interaction.request.size();
  tally.response_bytes += interaction.response.size();
  tally.durations_us.push_back(
      static_cast<std::uint32_t>(std::min<std::int64_t>(interaction.duration.count(), 0xFFFFFFFF)));
  if (!interaction.error_code.empty()) {
    ++tally.errors;
    ++totals.errors[interaction.error_code];
  }
  if (!interaction.section.empty()) ++totals.sections[interaction.section];
  for (const InjectedFault& fault : interaction.faults) ++totals.faults[fault.rule];
  const RequestView view(interaction.request);
  for (const std::string& table : view.tables()) ++totals.tables[table];
}

bool count_record(std::string_view line, Totals& totals) {
  const auto told = parse_stream_line(line);
  if (told && told->kind == StreamLine::Kind::kRecord) {
    ++totals.records[std::string(table_name_of(told->stream_arn)) + " " +
                     string_value(find_member(told->json, "eventName"))];
  }
  return true;
}

double percentile_ms(const std::vector<std::uint32_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[place]) / 1000;
}

void print_counts(std::ostream& out, const char* title,
                  const std::map<std::string, std::uint64_t>& counts) {
  if (counts.empty()) return;
  out << title << "\n";
  for (const auto& [name, number] : counts) out << "  " << name << " " << number << "\n";
}

void sort_durations(Totals& totals) {
  for (auto& [name, tally] : totals.operations) {
    std::sort(tally.durations_us.begin(), tally.durations_us.end());
  }
}

void print_text(const Totals& totals, const TapeReader& tape, std::uint64_t line_bytes,
                std::ostream& out) {
  const double share = line_bytes == 0 ? 0
                                       : 100 * static_cast<double>(tape.file_bytes()) /
                                             static_cast<double>(line_bytes);
  char line[200];
  std::snprintf(line, sizeof line,
                "%llu exchanges, %llu bytes of lines, %llu bytes of tape (%.1f %%)",
                static_cast<unsigned long long>(totals.exchanges),
                static_cast<unsigned long long>(line_bytes),
                static_cast<unsigned long long>(tape.file_bytes()), share);
  out << line << "\n";
  std::snprintf(line, sizeof line, "%-28s %9s %7s %9s %9s %9s %12s %12s", "operation", "count",
                "errors", "p50 ms", "p90 ms", "p99 ms", "request B", "response B");
  out << line << "\n";
  for (const auto& [name, tally] : totals.operations) {
    std::snprintf(line, sizeof line, "%-28s %9llu %7llu %9.3f %9.3f %9.3f %12llu %12llu",
                  name.c_str(), static_cast<unsigned long long>(tally.count),
                  static_cast<unsigned long long>(tally.errors),
                  percentile_ms(tally.durations_us, 0.5), percentile_ms(tally.durations_us, 0.9),
                  percentile_ms(tally.durations_us, 0.99),
                  static_cast<unsigned long long>(tally.request_bytes),
                  static_cast<unsigned long long>(tally.response_bytes));
    out << line << "\n";
  }
  print_counts(out, "tables", totals.tables);
  print_counts(out, "errors", totals.errors);
  print_counts(out, "sections", totals.sections);
  print_counts(out, "faults by rule", totals.faults);
  print_counts(out, "stream records", totals.records);
}

void append_counts(std::string& out, const char* title,
                   const std::map<std::string, std::uint64_t>& counts) {
  out.append(",\"").append(title).append("\":{");
  bool first = true;
  for (const auto& [name, number] : counts) {
    if (!first) out += ',';
    first = false;
    append_quoted(out, name);
    out.append(":").append(std::to_string(number));
  }
  out += '}';
}

// "latency_ms" and "bytes" by operation.
void append_tallies(std::string& out, const Totals& totals) {
  std::string latencies;
  std::string bytes;
  for (const auto& [name, tally] : totals.operations) {
    std::string start = latencies.empty() ? "" : ",";
    append_quoted(start, name);
    char text[160];
    std::snprintf(text, sizeof text, R"(:{"p50":%.3f,"p90":%.3f,"p99":%.3f})",
                  percentile_ms(tally.durations_us, 0.5), percentile_ms(tally.durations_us, 0.9),
                  percentile_ms(tally.durations_us, 0.99));
    latencies.append(start).append(text);
    std::snprintf(text, sizeof text, R"(:{"request":%llu,"response":%llu})",
                  static_cast<unsigned long long>(tally.request_bytes),
                  static_cast<unsigned long long>(tally.response_bytes));
    bytes.append(start).append(text);
  }
  out.append(R"(,"latency_ms":{)").append(latencies);
  out.append(R"(},"bytes":{)").append(bytes).append("}");
}

void print_json(const Totals& totals, const TapeReader& tape, std::uint64_t line_bytes,
                std::ostream& to) {
  std::string out = "{\"exchanges\":" + std::to_string(totals.exchanges);
  out += ",\"line_bytes\":" + std::to_string(line_bytes);
  out += ",\"tape_bytes\":" + std::to_string(tape.file_bytes());
  std::map<std::string, std::uint64_t> operations;
  for (const auto& [name, tally] : totals.operations) operations[name] = tally.count;
  append_counts(out, "operations", operations);
  append_tallies(out, totals);
  append_counts(out, "tables", totals.tables);
  append_counts(out, "errors", totals.errors);
  append_counts(out, "sections", totals.sections);
  append_counts(out, "faults", totals.faults);
  append_counts(out, "stream_records", totals.records);
  to << out << "}\n";
}

int stats(const std::string& file, bool json, const ToolOutput& to) {
  const auto tape = open_tape(file, to);
  if (!tape) return unusable(to, tape.error());
  Totals totals;
  const auto visit = [&](Interaction& interaction) {
    count(interaction, totals);
    return true;
  };
  const auto done = for_each_entry(
      *tape, visit, [&](std::string_view line) { return count_record(line, totals); });
  if (!done) return unusable(to, done.error());
  std::uint64_t line_bytes = 0;
  for (const FrameRow& frame : tape->frames()) line_bytes += frame.decompressed_bytes;
  sort_durations(totals);
  json ? print_json(totals, *tape, line_bytes, to.output)
       : print_text(totals, *tape, line_bytes, to.output);
  return kToolGood;
}

}  // namespace

void add_stats(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command =
      app.add_subcommand("stats", "Operations, tables, latencies and sizes of a tape");
  const auto file = std::make_shared<std::string>();
  const auto json = std::make_shared<bool>(false);
  command->add_option("FILE", *file, "The tape")->required();
  command->add_flag("--json", *json, "As JSON");
  command->callback([file, json, to, &status] { status = stats(*file, *json, to); });
}

}  // namespace dynadeck::cassettes
