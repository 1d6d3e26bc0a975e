#include "cassettes/deck.h"

#include <sys/stat.h>

#include <limits>
#include <utility>

#include "cassettes/deck_admin.h"
#include "cassettes/matching/rules.h"
#include "cassettes/matching/sections.h"
#include "cassettes/player.h"
#include "cassettes/recorder.h"
#include "cassettes/redaction/redactor.h"
#include "harness/seam/error.h"
#include "harness/seam/utf8.h"

namespace dynadeck::cassettes {

// What is in the deck. Synchronized by its parts.
class Tape {
 public:
  CassetteOptions options;
  std::unique_ptr<Player> player;      // null where everything is recorded
  std::unique_ptr<Recorder> recorder;  // null where nothing is
  Sections sections;
  bool repeats_behind = false;              // the database behind is told of what was played
  std::atomic<bool> stopped{false};         // by the admin API: requests pass by
  std::atomic<std::uint64_t> passed_on{0};  // neither played nor recorded
  std::uint64_t recorded_before = 0;        // what the deck had counted when the tape was put in
  std::uint64_t bytes_before = 0;
};

namespace {

// Request::exchange of what is only repeated behind the tape.
constexpr std::uint64_t kRepeated = std::numeric_limits<std::uint64_t>::max();

bool file_exists(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

// Records the response when it exists, and how long it was held back on the way there.
void record(Response& response, const std::shared_ptr<Tape>& tape, Recorder::Ticket ticket,
            const Request& request, std::string section, std::chrono::nanoseconds waited) {
  if (!response.deferred) {
    // A wait without a fault is the upstream's or the engine's own, and part of the duration.
    if (response.faults.empty()) waited = std::chrono::nanoseconds(0);
    tape->recorder->finish(ticket, request, section, response, waited);
    return;
  }
  waited += response.deferred->delay;
  response.deferred->resume = [resume = std::move(response.deferred->resume), tape, ticket,
                               &request, section = std::move(section), waited] {
    Response resumed = resume();
    record(resumed, tape, ticket, request, section, waited);
    return resumed;
  };
}

}  // namespace

Deck::Deck(std::unique_ptr<Service> next, DeckContext context)
    : next_(std::move(next)), context_(std::move(context)) {}

Deck::~Deck() { (void)eject(); }

std::shared_ptr<Tape> Deck::tape() const {
  return inserted_.load(std::memory_order_acquire) ? tapes_.get() : nullptr;
}

Response Deck::pass_on(const Request& request) {
  if (next_ != nullptr) return next_->handle(request);
  return error_response("CassetteUnmatchedException",
                        "There is nothing behind the cassette deck that could answer this.");
}

void Deck::repeat_behind(const Request& request, const Response& taped) {
  const OperationClass kind = info(request.operation).operation_class;
  const bool writes = kind == OperationClass::kWrite || kind == OperationClass::kControl;
  if (!writes || taped.status != 200) return;
  request.exchange = kRepeated;
  Response response = context_.private_database->handle(request);
  while (response.deferred) {
    const auto resume = std::move(response.deferred->resume);
    response = resume();
  }
}

Response Deck::handle(const Request& request) {
  const std::shared_ptr<Tape> tape = this->tape();
  if (tape == nullptr || tape->stopped.load(std::memory_order_relaxed)) return pass_on(request);
  std::string section = tape->sections.section_of(request);
  if (tape->player != nullptr) {
    if (std::optional<Response> taped = tape->player->play(request, section)) {
      if (tape->repeats_behind) repeat_behind(request, *taped);
      return std::move(*taped);
    }
    const bool refused = tape->recorder == nullptr &&
                         (tape->options.unmatched != Unmatched::kPassthrough || next_ == nullptr);
    if (refused) return tape->player->refuse(request, section);
    if (tape->recorder == nullptr) {
      ++tape->passed_on;
      return pass_on(request);
    }
  }
  const Recorder::Ticket ticket = tape->recorder->begin(request);
  request.exchange = ticket.sequence;
  Response response = pass_on(request);
  record(response, tape, ticket, request, std::move(section), {});
  return response;
}

void Deck::add_stream_line(StreamLine line) {
  const std::shared_ptr<Tape> tape = this->tape();
  const bool records = tape != nullptr && tape->recorder != nullptr &&
                       !tape->stopped.load(std::memory_order_relaxed);
  if (!records) return;
  if (line.exchange == kRepeated) {
    // Its records are on the tape; a stream that is made again may have another ARN.
    if (line.kind == StreamLine::Kind::kRecord) return;
    line.exchange = 0;
  }
  tape->recorder->add_stream_line(std::move(line));
}

void Deck::listen_to_streams(const Tape& tape, bool listens) const {
  const bool wants = tape.recorder != nullptr && tape.recorder->wants_streams();
  if (wants && context_.listen_to_streams) context_.listen_to_streams(listens);
}

TapeHeader Deck::new_header(const CassetteOptions& options) const {
  TapeHeader header;
  header.created = context_.clock->now();
  header.clock_start = header.created;
  header.clock_frozen = context_.clock_frozen;
  header.dynadeck_version = context_.dynadeck_version;
  header.seed = context_.seed;
  header.faults_clean = options.faults_clean;
  header.redactions = options.redact;
  if (!options.redact.empty()) header.salt = Redactor::fresh_salt();
  header.match = with_usual_rules(options.match);
  return header;
}

Outcome<Done, std::string> Deck::insert(const CassetteOptions& options) {
  if (options.path.empty()) return std::string("a cassette needs a file");
  if (this->tape() != nullptr) return std::string("there is a cassette in the deck already");
  const bool exists = file_exists(options.path);
  const bool play = options.mode == Mode::kNone || (options.mode != Mode::kAll && exists);
  const bool adds = options.mode == Mode::kNewEpisodes || options.unmatched == Unmatched::kRecord;
  if ((!play || adds) && next_ == nullptr) {
    return options.path + ": there is nothing to record behind the cassette";
  }
  auto tape = std::make_shared<Tape>();
  tape->options = options;
  tape->recorded_before = stats_.exchanges_recorded;
  tape->bytes_before = stats_.tape_bytes;
  tape->repeats_behind = play && context_.private_database != nullptr &&
                         (adds || options.unmatched == Unmatched::kPassthrough);
  if (play) {
    auto player = Player::open(options, *context_.clock, stats_, !adds);
    if (!player) return player.error();
    tape->player = std::move(player).value();
  }
  if (!play || adds) {
    auto recorder =
        Recorder::open(options, new_header(options), play, context_.seed, *context_.clock, stats_);
    if (!recorder) return recorder.error();
    tape->recorder = std::move(recorder).value();
  }
  {
    const std::lock_guard lock(mutex_);
    if (tape_ != nullptr) return std::string("there is a cassette in the deck already");
    tape_ = tape;
    tapes_.set(tape);
    inserted_.store(true, std::memory_order_release);
  }
  listen_to_streams(*tape, true);
  return Done{};
}

Outcome<ReplayReport, std::string> Deck::eject() {
  std::shared_ptr<Tape> tape;
  {
    const std::lock_guard lock(mutex_);
    tape.swap(tape_);
    tapes_.set(nullptr);
    inserted_.store(false, std::memory_order_release);
  }
  if (tape == nullptr) return report();
  listen_to_streams(*tape, false);
  ReplayReport report = tape->player != nullptr ? tape->player->report() : ReplayReport();
  report.tape = tape->options.path;
  report.passed_on = tape->passed_on;
  Outcome<Done, std::string> closed = Done{};
  if (tape->recorder != nullptr) {
    closed = tape->recorder->close();
    report.recorded = true;
    report.new_exchanges = stats_.exchanges_recorded - tape->recorded_before;
    report.new_bytes = stats_.tape_bytes - tape->bytes_before;
  }
  {
    const std::lock_guard lock(mutex_);
    last_report_ = report;
  }
  if (!closed) return closed.error();
  return report;
}

Outcome<Done, std::string> Deck::mark(std::string_view section, std::string_view session) {
  const std::shared_ptr<Tape> tape = this->tape();
  if (tape == nullptr) return std::string("there is no cassette in the deck");
  if (!is_utf8(section)) return std::string("the name of a section is UTF-8");
  if (tape->player != nullptr && !section.empty() && !tape->player->restart(section) &&
      tape->recorder == nullptr) {
    return tape->options.path + ": has no section " + std::string(section);
  }
  tape->sections.mark(section, session);
  return tape->recorder != nullptr ? tape->recorder->mark(section)
                                   : Outcome<Done, std::string>(Done{});
}

ReplayReport Deck::report() const {
  const std::shared_ptr<Tape> tape = this->tape();
  if (tape != nullptr && tape->player != nullptr) {
    ReplayReport report = tape->player->report();
    report.passed_on = tape->passed_on;
    return report;
  }
  const std::lock_guard lock(mutex_);
  return last_report_;
}

DeckStatus Deck::status() const {
  DeckStatus status;
  const std::shared_ptr<Tape> tape = this->tape();
  if (tape == nullptr) return status;
  status.inserted = true;
  status.stopped = tape->stopped.load();
  status.options = tape->options;
  status.playing = tape->player != nullptr;
  status.recording = tape->recorder != nullptr;
  if (tape->recorder != nullptr) status.error = tape->recorder->error();
  return status;
}

Outcome<Done, std::string> Deck::set_stopped(bool stopped) {
  const std::shared_ptr<Tape> tape = this->tape();
  if (tape == nullptr) return std::string("there is no cassette in the deck");
  if (stopped) listen_to_streams(*tape, false);
  tape->stopped = stopped;
  if (!stopped) listen_to_streams(*tape, true);
  return stopped && tape->recorder != nullptr ? tape->recorder->flush()
                                              : Outcome<Done, std::string>(Done{});
}

AdminHandler Deck::admin() { return deck_handler(*this); }

}  // namespace dynadeck::cassettes
