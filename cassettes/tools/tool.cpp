#include "cassettes/tools/tool.h"

#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <chrono>
#include <iostream>
#include <memory>

#include "cassettes/json/text.h"
#include "cassettes/matching/difference.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::chrono::milliseconds kFirstProgress{700};
constexpr std::chrono::milliseconds kProgressInterval{100};

// A body without the places that are not compared.
std::string without(const std::string& body, const std::vector<JsonPath>& ignored) {
  if (ignored.empty()) return body;
  std::string out;
  const Visit visit = [&](Places places, std::string_view, std::string&) {
    for (const JsonPath& path : ignored) {
      if (path.matches(places)) return Rewrite::kDrop;
    }
    return Rewrite::kKeep;
  };
  return rewrite_json(body, visit, out) ? out : body;
}

}  // namespace

int unusable(const ToolOutput& to, const std::string& message) {
  to.errors << "dynadeck: " << message << "\n";
  return kToolUnusable;
}

Outcome<Done, std::string> for_each_entry(const TapeReader& tape, const VisitInteraction& visit,
                                          const VisitOther& visit_other) {
  std::string wrong;
  const auto done = tape.for_each_line([&](std::string_view line, std::size_t) {
    if (!is_exchange_line(line)) return visit_other(line);
    auto interaction = parse_interaction(line, tape.header().seed);
    if (!interaction) {
      wrong = tape.path() + ": a line cannot be read: " + interaction.error();
      return false;
    }
    return visit(*interaction);
  });
  if (!done) return done.error();
  if (!wrong.empty()) return wrong;
  if (!tape.damage().empty()) return tape.path() + ": " + tape.damage();
  return Done{};
}

Outcome<Done, std::string> for_each_interaction(const TapeReader& tape,
                                                const VisitInteraction& visit) {
  return for_each_entry(tape, visit, [](std::string_view) { return true; });
}

ProgressLine::ProgressLine(const ToolOutput& to, std::string name, Prints prints)
    : name_(std::move(name)),
      wanted_(&to.errors == &std::cerr && isatty(STDERR_FILENO) != 0 &&
              (prints == Prints::kAtEnd || isatty(STDOUT_FILENO) == 0)),
      next_(std::chrono::steady_clock::now() + kFirstProgress) {}

void ProgressLine::show(std::uint64_t done, std::uint64_t all) {
  if (!wanted_ || std::chrono::steady_clock::now() < next_) return;
  next_ = std::chrono::steady_clock::now() + kProgressInterval;
  shown_ = true;
  std::cerr << "\r" << name_ << ": ";
  if (all > 0) {
    std::cerr << 100 * done / all << " %" << std::flush;
  } else {
    std::cerr << done << std::flush;
  }
}

void ProgressLine::clear() {
  if (shown_) std::cerr << "\r\x1b[K" << std::flush;
  shown_ = false;
}

Outcome<TapeReader, std::string> open_tape(const std::string& path, const ToolOutput& to,
                                           Prints prints) {
  auto tape = TapeReader::open(path);
  if (!tape) return tape;
  if (tape->lost_bytes() > 0) {
    to.errors << "dynadeck: " << path << ": cut short; the last " << tape->lost_bytes()
              << " bytes are no whole line\n";
  }
  // Shared: functions are copied.
  const auto line = std::make_shared<ProgressLine>(to, path, prints);
  tape->on_progress([line](std::uint64_t frame, std::uint64_t frames) {
    frame == frames ? line->clear() : line->show(frame, frames);
  });
  return tape;
}

void add_ignore_option(CLI::App& command, std::vector<std::string>& ignore) {
  command
      .add_option("--ignore", ignore,
                  "Not compared in answers: a path ($..CreationDateTime); repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);
}

Outcome<std::vector<JsonPath>, std::string> parse_ignored(const std::vector<std::string>& ignore) {
  std::vector<JsonPath> paths;
  for (const std::string& text : ignore) {
    auto path = JsonPath::parse(text);
    if (!path) return "ignore: " + text + " is no path such as $..CreationDateTime";
    paths.push_back(std::move(*path));
  }
  return paths;
}

bool is_error(const Answer& answer, std::string_view code) {
  const std::string type = string_value(find_member(answer.body, "__type"));
  return answer.status >= 400 && type.ends_with(code) &&
         (type.size() == code.size() || type[type.size() - code.size() - 1] == '#');
}

std::vector<std::string> differences(const Answer& left, const Answer& right,
                                     const std::vector<JsonPath>& ignored,
                                     std::string_view left_word, std::string_view right_word) {
  std::vector<std::string> lines;
  if (left.status != right.status) {
    lines.push_back("status: " + std::string(left_word) + " " + std::to_string(left.status) + ", " +
                    std::string(right_word) + " " + std::to_string(right.status));
  }
  for (std::string& line : differences(without(left.body, ignored), without(right.body, ignored),
                                       left_word, right_word)) {
    lines.push_back(std::move(line));
  }
  return lines;
}

void add_server_options(CLI::App& command, ServerChoice& server) {
  command.add_option("--ca", server.ca_file, "Certificates to trust beside nobody else");
}

}  // namespace dynadeck::cassettes
