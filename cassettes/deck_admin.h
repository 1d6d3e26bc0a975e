// The deck's buttons over HTTP.
#pragma once

#include "harness/seam/admin.h"

namespace dynadeck::cassettes {

class Deck;

// Everything below /_dynadeck/cassette/: status, insert, eject, start, stop, mark, unmatched. deck
// outlives the handler.
AdminHandler deck_handler(Deck& deck);

}  // namespace dynadeck::cassettes
