// `dynadeck cassette verify`: is every byte of the tape what was written, and is nothing on it that
// should not be.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cassettes/json/text.h"
#include "cassettes/redaction/secrets.h"
#include "cassettes/streams/line.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"
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

void find_credentials(std::string_view line, const std::string& name, Findings& findings) {
  for (const std::string& secret : find_secrets_of_line(line)) {
    findings.add(name + " holds " + secret);
  }
}

// What lines of streams say of each other and of exchanges.
class StreamChecks {
 public:
  void exchange(std::uint64_t sequence, Findings& findings) {
    if (!sequences_.insert(sequence).second) {
      findings.add("exchange " + std::to_string(sequence) + " is there twice");
    }
  }

  void line(std::string_view line, Findings& findings) {
    const auto told = parse_stream_line(line);
    if (!told) {
      findings.add("a line of a stream cannot be read: " + told.error());
      return;
    }
    const bool record = told->kind == StreamLine::Kind::kRecord;
    const std::string number = record ? sequence_number_of(told->json) : std::string();
    const std::string name = record ? "stream record " + number : std::string("a stream's line");
    if (told->exchange != 0) causes_.emplace_back(told->exchange, name);
    find_credentials(line, name, findings);
    // Where a stream is introduced again another recording begins: tapes were put together.
    if (told->kind == StreamLine::Kind::kStream) last_numbers_.clear();
    // Those that are told of by nobody were taped as they were read, perhaps repeatedly.
    if (!record || (told->exchange == 0 && !told->expired)) return;
    std::string& last = last_numbers_[told->stream_arn + " " + told->shard];
    if (!last.empty() && !sequence_number_less(last, number)) {
      findings.add(name + " of shard " + told->shard + " stands behind " + last);
    }
    last = number;
  }

  void finish(Findings& findings) const {
    for (const auto& [exchange, name] : causes_) {
      if (sequences_.contains(exchange)) continue;
      findings.add(name + " names exchange " + std::to_string(exchange) +
                   ", which is not on the tape");
    }
  }

 private:
  std::unordered_set<std::uint64_t> sequences_;  // of the exchanges
  std::vector<std::pair<std::uint64_t, std::string>> causes_;
  std::map<std::string, std::string> last_numbers_;  // by stream and shard
};

void check_line(std::string_view line, StreamChecks& streams, Findings& findings) {
  JsonCursor cursor(line);
  std::string_view raw;
  if (!cursor.value(raw) || !cursor.at_end()) {
    findings.add("a line is not JSON");
    return;
  }
  if (is_stream_line(line)) return streams.line(line, findings);
  if (!is_exchange_line(line)) {
    return find_credentials(line, "a line of type " + std::string(line_type(line)), findings);
  }
  const auto interaction = parse_interaction(line);
  if (!interaction) {
    findings.add("an exchange cannot be read: " + interaction.error());
    return;
  }
  streams.exchange(interaction->sequence, findings);
  find_credentials(line, "exchange " + std::to_string(interaction->sequence), findings);
}

int verify(const std::string& file, const ToolOutput& to) {
  const auto tape = open_tape(file, to);
  if (!tape) return unusable(to, tape.error());
  Findings findings;
  StreamChecks streams;
  std::uint64_t exchanges = 0;
  find_credentials(to_line(tape->header()), "the header", findings);
  const auto done = tape->for_each_line([&](std::string_view line, std::size_t) {
    if (is_exchange_line(line)) ++exchanges;
    check_line(line, streams, findings);
    return true;
  });
  if (!done) findings.add(done.error());
  streams.finish(findings);
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
  const auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("FILES", *files, "The tapes")->required()->expected(1, 100'000);
  command->callback([files, to, &status] {
    for (const std::string& file : *files) status = std::max(status, verify(file, to));
  });
}

}  // namespace dynadeck::cassettes
