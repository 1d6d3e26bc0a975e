// `dynadeck cassette verify`: is every byte of the tape what was written, and is nothing on it that
// should not be.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cassettes/interaction.h"
#include "cassettes/json_text.h"
#include "cassettes/secrets.h"
#include "cassettes/tape_reader.h"
#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kMostFindings = 50;

struct Findings {
  std::vector<std::string> lines;

  void add(std::string line) {
    if (lines.size() < kMostFindings) lines.push_back(std::move(line));
  }
};

void check_line(std::string_view line, Findings& findings) {
  JsonCursor cursor(line);
  std::string_view raw;
  if (!cursor.value(raw) || !cursor.at_end()) {
    findings.add("a line is not JSON");
    return;
  }
  if (!is_exchange_line(line)) return;
  const auto interaction = parse_interaction(line);
  if (!interaction) {
    findings.add("an exchange cannot be read: " + interaction.error());
    return;
  }
  for (const std::string& secret : find_secrets(line)) {
    findings.add("exchange " + std::to_string(interaction->sequence) + " holds " + secret);
  }
}

int verify(const std::string& file, const ToolOutput& to) {
  const auto tape = open_tape(file, to);
  if (!tape) return unusable(to, tape.error());
  Findings findings;
  std::uint64_t exchanges = 0;
  const auto done = tape->for_each_line([&](std::string_view line, std::size_t) {
    if (is_exchange_line(line)) ++exchanges;
    check_line(line, findings);
    return true;
  });
  if (!done) findings.add(done.error());
  if (!tape->damage().empty()) findings.add(tape->damage());
  if (!tape->complete()) {
    findings.add("it is cut short: there is no index; " + std::to_string(tape->lost_bytes()) +
                 " bytes at its end are no whole line (`dynadeck cassette compact` completes it)");
  } else if (!tape->stored_index_fits()) {
    findings.add("its index is damaged (`dynadeck cassette compact` makes a new one)");
  }
  for (const std::string& line : findings.lines) to.output << file << ": " << line << "\n";
  to.output << file << ": " << exchanges << " exchanges in " << tape->frames().size() << " frames, "
            << (findings.lines.empty() ? "all good" : "not good") << "\n";
  return findings.lines.empty() ? kToolGood : kToolFound;
}

}  // namespace

void add_verify(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand(
      "verify", "Check a tape: checksums, truncation, index, credentials left in it");
  const auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "The tape")->required();
  command->callback([file, to, &status] { status = verify(*file, to); });
}

}  // namespace dynadeck::cassettes
