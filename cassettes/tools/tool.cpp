#include "cassettes/tools/tool.h"

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <system_error>

namespace dynadeck::cassettes {
namespace {

constexpr std::chrono::milliseconds kFirstProgress{700};
constexpr std::chrono::milliseconds kProgressInterval{100};

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

Outcome<TapeReader, std::string> open_tape(const std::string& path, const ToolOutput& to) {
  auto tape = TapeReader::open(path);
  if (!tape || &to.errors != &std::cerr || isatty(STDERR_FILENO) == 0) return tape;
  // Only what takes a while is worth a line; it goes away at the end.
  using Time = std::chrono::steady_clock;
  auto next = Time::now() + kFirstProgress;
  bool shown = false;
  tape->on_progress([path, next, shown](std::uint64_t frame, std::uint64_t frames) mutable {
    const bool ended = frame == frames;
    if (ended ? !shown : Time::now() < next) return;
    next = Time::now() + kProgressInterval;
    shown = !ended;
    if (ended) {
      std::cerr << "\r\x1b[K" << std::flush;
    } else {
      std::cerr << "\r" << path << ": " << 100 * frame / frames << " %" << std::flush;
    }
  });
  return tape;
}

void add_server_options(CLI::App& command, ServerChoice& server) {
  command.add_option("--ca", server.ca_file, "Certificates to trust beside nobody else");
}

Outcome<TapeOutput, std::string> TapeOutput::create(const std::string& path,
                                                    const TapeHeader& header, bool overwrite,
                                                    const WriterOptions& options) {
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0 && (!overwrite || !S_ISREG(status.st_mode))) {
    return path + ": exists already" + (overwrite ? "" : "; say --overwrite to replace it");
  }
  WriterOptions fresh = options;
  fresh.overwrite = true;
  auto writer = TapeWriter::create(path + ".new", header, fresh);
  if (!writer) return writer.error();
  return TapeOutput(std::move(writer).value(), path);
}

Outcome<Done, std::string> TapeOutput::finish() {
  if (auto done = writer_.finish(); !done) return done;
  if (std::rename((path_ + ".new").c_str(), path_.c_str()) != 0) {
    return path_ + ": " + std::generic_category().message(errno);
  }
  return Done{};
}

}  // namespace dynadeck::cassettes
