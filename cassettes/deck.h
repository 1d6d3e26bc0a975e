// The cassette deck: the link of the chain that a tape can be put into and taken out of.
//
// The room: recording and replaying what DynamoDB was asked. On top are the deck with its player
// and recorder, and their options; tools stand above it. Below, each on those after it: replay,
// streams, tape, redaction, matching, json.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "cassettes/options.h"
#include "cassettes/replay/report.h"
#include "cassettes/streams/line.h"
#include "cassettes/striped_pointer.h"
#include "cassettes/tape/header.h"
#include "cassettes/tape/stats.h"
#include "harness/seam/admin.h"
#include "harness/seam/clock.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

class Tape;

// What a tape's header says of the program.
struct DeckContext {
  const Clock* clock;
  std::uint64_t seed = 0;
  bool clock_frozen = false;
  std::string dynadeck_version;
  // Called with true when a tape wants to be told of what happens in streams, and with false before
  // it ceases to; never under a lock. Empty where nobody can tell.
  std::function<void(bool)> listen_to_streams{};
  // What is behind, where it starts empty and is asked by nobody else: it is told of the writes
  // that a tape answers, so that what is not on the tape finds what was written before it. Without
  // the links between, faults above all: these writes did succeed. Borrowed; null where there is
  // none.
  Service* private_database = nullptr;
};

// What the deck is doing.
struct DeckStatus {
  bool inserted = false;
  bool stopped = false;  // requests pass by the tape
  bool playing = false;
  bool recording = false;
  CassetteOptions options;
  std::string error;  // the first that recording met
};

// Without a tape it hands every request on. With one it records, replays, or both, as the options
// say. Synchronized. Its destructor ejects.
class Deck final : public Service {
 public:
  // next: may be null where everything is to come from a tape; then what is not on it is an error.
  Deck(std::unique_ptr<Service> next, DeckContext context);
  ~Deck() override;

  Response handle(const Request& request) override;

  // Puts a tape in; fails in one line if there is one already, or the file cannot be used.
  Outcome<Done, std::string> insert(const CassetteOptions& options);

  // Takes the tape out: what was recorded is on disk afterwards (call it on SIGTERM, after the
  // server has drained). Fails if something could not be written. Nothing to do without a tape.
  Outcome<ReplayReport, std::string> eject();

  // Tapes what happened in a stream, if a tape wants it.
  void add_stream_line(StreamLine line);

  // Begins a section, as POST /_dynadeck/cassette/mark does. While replaying: from its start.
  Outcome<Done, std::string> mark(std::string_view section, std::string_view session = {});

  // Requests pass by the tape until it is started again.
  Outcome<Done, std::string> set_stopped(bool stopped);

  DeckStatus status() const;

  // Played, unmatched, unplayed so far; of the last tape after eject.
  ReplayReport report() const;

  const Stats& stats() const { return stats_; }

  // deck_handler() of it.
  AdminHandler admin();

 private:
  std::shared_ptr<Tape> tape() const;
  Response pass_on(const Request& request);
  void repeat_behind(const Request& request, const Response& taped);
  void listen_to_streams(const Tape& tape, bool listens) const;
  TapeHeader new_header(const CassetteOptions& options) const;

  const std::unique_ptr<Service> next_;
  const DeckContext context_;
  Stats stats_;
  std::atomic<bool> inserted_{false};  // spares the locks where there is no tape
  StripedPointer<Tape> tapes_;  // for requests; those under way keep a tape that is being ejected
  mutable std::mutex mutex_;    // guards the two below, and that tapes_ is what tape_ is
  std::shared_ptr<Tape> tape_;
  ReplayReport last_report_;
};

}  // namespace dynadeck::cassettes
