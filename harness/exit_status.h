// With which status the program ends, and why where it could not even start.
#pragma once

#include <string>

namespace dynadeck {

// Exit statuses beside 0 and a child's own.
inline constexpr int kCannotStart = 1;  // port taken, data directory locked, ...
inline constexpr int kBadInput = 2;     // wrong usage, an unreadable tape or rule file
inline constexpr int kReplayDiffers =
    3;  // a request had no answer on the tape, or with --verify one was not asked

// Why the program cannot start: one line, and the exit status that goes with it.
struct StartError {
  int status;
  std::string message;
};

}  // namespace dynadeck
