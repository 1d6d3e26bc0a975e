// Gathers from the lines of a tape what they tell of streams.
#pragma once

#include <string>

#include "cassettes/streams/tape.h"
#include "cassettes/tape/index.h"
#include "cassettes/tape/reader.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// Behind StreamTape::load().
Outcome<StreamTape, std::string> load_stream_tape(const TapeReader& tape, const TapeIndex& index);

}  // namespace dynadeck::cassettes
