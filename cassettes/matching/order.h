// Which of several recorded exchanges answers, and when.
#pragma once

#include <cstdint>

namespace dynadeck::cassettes {

// Which recorded exchange may answer next.
enum class Order : std::uint8_t {
  kStrict,  // the next one of the section; those that overlapped when recorded, in any order
  kItem,    // any whose item has seen the writes that came before it on the tape
  kFree,    // any
};

// What happens when every exchange that matches has been played.
enum class Repeat : std::uint8_t {
  kOnce,   // the request is unmatched
  kLast,   // the last answer again
  kCycle,  // from the first again
};

}  // namespace dynadeck::cassettes
