// The tape that --record or --replay names: what it says of the run, and how it gets into the deck.
#pragma once

#include <optional>

#include "harness/config.h"
#include "harness/exit_status.h"

namespace dynadeck {

namespace cassettes {
class Deck;
}

// A replay has the seed of the recording, and its clock where that stood still, unless others are
// asked for: what is not on the tape gets the ids, dates and fault decisions it had got then. A
// tape that cannot be read is told of when it is put in.
ServeOptions with_taped_choices(ServeOptions options);

// A tape that is only played needs nothing behind it.
bool needs_database(const ServeOptions& options);

// Whether what is taped is not to have met the faults (--faults-clean).
bool tapes_clean(const ServeOptions& options);

// Puts the tape in, where one is named.
std::optional<StartError> insert_tape(cassettes::Deck& deck, const ServeOptions& options);

}  // namespace dynadeck
