#include "cassettes/tools/tool.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <ostream>
#include <system_error>

namespace dynadeck::cassettes {

int unusable(const ToolOutput& to, const std::string& message) {
  to.errors << "dynadeck: " << message << "\n";
  return kToolUnusable;
}

Outcome<Done, std::string> for_each_interaction(const TapeReader& tape,
                                                const VisitInteraction& visit) {
  std::string wrong;
  const auto done = tape.for_each_line([&](std::string_view line, std::size_t) {
    if (!is_exchange_line(line)) return true;
    auto interaction = parse_interaction(line);
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
