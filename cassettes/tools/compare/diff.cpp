// `dynadeck cassette diff`: what two tapes do not have in common.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <cstdlib>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <unordered_map>
#include <vector>

#include "cassettes/json/text.h"
#include "cassettes/matching/difference.h"
#include "cassettes/matching/rules.h"
#include "cassettes/streams/line.h"
#include "cassettes/tape/frame_cache.h"
#include "cassettes/tools/compare/drawn_values.h"
#include "cassettes/tools/tool.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kCacheBytes = std::size_t{32} << 20;

// A tape with random access.
struct Side {
  std::string redacted;  // with which rules and salt
  MatchRules rules;      // that its hashes were made with
  TapeIndex index;
  std::unique_ptr<FrameCache> cache;

  Outcome<Interaction, std::string> read(std::uint32_t ordinal) {
    return cache->read(index.place(ordinal));
  }
};

Outcome<Side, std::string> open_side(const std::string& file, const ToolOutput& to) {
  auto tape = open_tape(file, to, Prints::kAlong);
  if (!tape) return tape.error();
  if (!tape->damage().empty()) return file + ": " + tape->damage();
  auto index = tape->index();
  if (!index) return index.error();
  auto rules = MatchRules::make(tape->header().match);
  if (!rules) return file + ": " + rules.error();
  Side side;
  side.rules = std::move(rules).value();
  side.redacted = to_json(tape->header().redactions) + tape->header().salt;
  side.index = std::move(index).value();
  side.cache =
      std::make_unique<FrameCache>(std::move(tape).value(), side.index.frames, kCacheBytes);
  return side;
}

class Comparison {
 public:
  // ignored: places in answers that are not compared.
  Comparison(Side& left, Side& right, const std::vector<JsonPath>& ignored, std::ostream& out)
      : left_(left), right_(right), ignored_(ignored), out_(out) {}

  // The n-th asking of a request on one tape stands beside the n-th on the other. Requests that
  // hold what the server has drawn are the same where they hold what stands for it.
  Outcome<Done, std::string> run(ProgressLine& progress) {
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> waiting;
    for (std::uint32_t i = static_cast<std::uint32_t>(right_.index.size()); i-- > 0;) {
      waiting[right_.index.hashes[i]].push_back(i);
    }
    std::vector<bool> paired(right_.index.size(), false);
    for (std::uint32_t i = 0; i < left_.index.size(); ++i) {
      progress.show(i, left_.index.size());
      const auto before = left_.read(i);
      if (!before) return before.error();
      auto& same = waiting[hash_on_the_right(i, *before)];
      if (same.empty()) {
        print_alone("- ", *before);
        continue;
      }
      const auto after = right_.read(same.back());
      if (!after) return after.error();
      paired[same.back()] = true;
      same.pop_back();
      compare(*before, *after);
    }
    for (std::uint32_t i = 0; i < right_.index.size(); ++i) {
      if (paired[i]) continue;
      const auto alone = right_.read(i);
      if (!alone) return alone.error();
      print_alone("+ ", *alone);
    }
    return Done{};
  }

  std::uint64_t found() const { return found_; }

 private:
  // The match hash that the request has on the right tape, if it is there.
  std::uint64_t hash_on_the_right(std::uint32_t ordinal, const Interaction& before) const {
    const std::string carried = drawn_.carried(before.request);
    if (carried == before.request) return left_.index.hashes[ordinal];
    return right_.rules.hash(before.operation, before.scope.account, before.scope.region, carried);
  }

  void print_alone(const char* sign, const Interaction& interaction) {
    ++found_;
    out_ << sign << interaction.sequence << " " << interaction.operation << " "
         << shortened(interaction.request, kShownBytes) << "\n";
  }

  void compare(const Interaction& before, const Interaction& after) {
    const auto answers =
        drawn_.comparable(before.operation, before.request,
                          {{before.status, before.response}, {after.status, after.response}});
    const std::vector<std::string> lines =
        differences(answers.taped, answers.other, ignored_, "first", "second");
    if (lines.empty()) return;
    ++found_;
    out_ << "! " << before.sequence << "/" << after.sequence << " " << before.operation << " "
         << shortened(before.request, kShownBytes) << "\n";
    for (const std::string& line : lines) out_ << "    " << line << "\n";
  }

  Side& left_;
  Side& right_;
  const std::vector<JsonPath>& ignored_;
  std::ostream& out_;
  DrawnValues drawn_;  // the first tape's values, and the second's that stand for them
  std::uint64_t found_ = 0;
};

// What is alike in records of different recordings: not their numbers and times.
std::string comparable(const StreamLine& told) {
  const std::string_view change = find_member(told.json, "dynamodb");
  std::string out(table_name_of(told.stream_arn));
  out.append(" ").append(string_value(find_member(told.json, "eventName")));
  for (const char* member : {"Keys", "NewImage", "OldImage"}) {
    const std::string_view raw = find_member(change, member);
    if (!raw.empty()) out.append(" ").append(member).append(" ").append(raw);
  }
  return out;
}

// How often each record stands on a tape.
Outcome<std::map<std::string, std::int64_t>, std::string> records_of(const std::string& file) {
  std::map<std::string, std::int64_t> records;
  auto tape = TapeReader::open(file);
  if (!tape) return tape.error();
  std::string wrong;
  const auto done = tape->for_each_line([&](std::string_view line, std::size_t) {
    if (line_type(line) != "stream_record") return true;
    const auto told = parse_stream_line(line);
    if (!told) {
      wrong = file + ": a line cannot be read: " + told.error();
      return false;
    }
    ++records[comparable(*told)];
    return true;
  });
  if (!done) return done.error();
  if (!wrong.empty()) return wrong;
  return records;
}

// Records that only one of the tapes has. One that has none at all was recorded without.
Outcome<std::uint64_t, std::string> diff_records(const std::string& first,
                                                 const std::string& second, std::ostream& out) {
  auto left = records_of(first);
  if (!left) return left.error();
  auto right = records_of(second);
  if (!right) return right.error();
  if (left->empty() || right->empty()) return std::uint64_t{0};
  for (const auto& [record, count] : *right) (*left)[record] -= count;
  std::uint64_t found = 0;
  for (const auto& [record, count] : *left) {
    for (std::int64_t i = 0; i < std::abs(count); ++i) {
      ++found;
      out << (count > 0 ? "- " : "+ ") << "record " << shortened(record, kShownBytes) << "\n";
    }
  }
  return found;
}

struct DiffOptions {
  std::string first;
  std::string second;
  std::vector<std::string> ignore;
};

int diff(const DiffOptions& options, const ToolOutput& to) {
  const auto ignored = parse_ignored(options.ignore);
  if (!ignored) return unusable(to, ignored.error());
  auto left = open_side(options.first, to);
  if (!left) return unusable(to, left.error());
  auto right = open_side(options.second, to);
  if (!right) return unusable(to, right.error());
  if (left->redacted != right->redacted) {
    to.errors << "dynadeck: the tapes are redacted otherwise, so what is redacted differs\n";
  }
  ProgressLine progress(to, options.first, Prints::kAlong);
  Comparison comparison(*left, *right, *ignored, to.output);
  if (auto done = comparison.run(progress); !done) return unusable(to, done.error());
  progress.clear();
  const auto records = diff_records(options.first, options.second, to.output);
  if (!records) return unusable(to, records.error());
  const std::uint64_t found = comparison.found() + *records;
  to.output << found << " differences\n";
  return found == 0 ? kToolGood : kToolFound;
}

}  // namespace

void add_diff(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command = app.add_subcommand("diff",
                                               "Requests of one tape only (-, +), and answers that "
                                               "differ (!) in more than what servers draw");
  const auto options = std::make_shared<DiffOptions>();
  command->add_option("A", options->first, "A tape")->required();
  command->add_option("B", options->second, "Another")->required();
  add_ignore_option(*command, options->ignore);
  command->callback([options, to, &status] { status = diff(*options, to); });
}

}  // namespace dynadeck::cassettes
