#include "harness/stack.h"

#include <optional>
#include <string_view>
#include <vector>

#include "cassettes/deck.h"
#include "engine/engine.h"
#include "faults/fault_admin.h"
#include "faults/fault_service.h"
#include "faults/journal/journal.h"
#include "faults/rules/board.h"
#include "harness/admin/api.h"
#include "harness/admin/engine_admin.h"
#include "harness/admin/fault_poll.h"
#include "harness/admin/figures.h"
#include "harness/http/server.h"
#include "harness/kinesis/delivery.h"
#include "harness/layer_options.h"
#include "harness/seam/version.h"
#include "harness/shadow/shadow.h"
#include "harness/starting_rules.h"
#include "harness/starting_tape.h"
#include "harness/taped_streams.h"
#include "harness/upstream/upstream.h"
#include "metrics/metrics_service.h"
#include "metrics/refusal_tally.h"
#include "metrics/registry.h"

namespace dynadeck {

// Declared in the order of their lifetimes: what is borrowed stands above who borrows it.
struct Stack::Parts {
  explicit Parts(const ServeOptions& options)
      : random(options.seed.value_or(Random::fresh_seed())) {
    if (options.clock) clock.freeze_at(*options.clock);
  }
  // The engine outlives parts of the deck that owns it.
  ~Parts() { taped_streams.end(); }

  AdjustableClock clock;
  Random random;
  metrics::RefusalTally refusals;
  metrics::Registry registry;
  std::unique_ptr<faults::RuleBoard> board;
  std::unique_ptr<FaultPoll> fault_poll;  // null without a URL
  faults::Journal journal;
  TapedStreams taped_streams;
  std::unique_ptr<KinesisDelivery> kinesis;  // null without an endpoint
  std::unique_ptr<Service> service;          // the outermost link; it owns the rest of the chain
  // Borrowed from the chain.
  engine::Engine* engine = nullptr;     // null while an upstream or a tape alone answers
  UpstreamService* upstream = nullptr;  // null without
  ShadowService* shadow = nullptr;      // null without
  cassettes::Deck* deck = nullptr;
  std::string mode;
};

namespace {

using Failure = std::optional<StartError>;

Outcome<std::unique_ptr<Service>, StartError> open_engine(Stack::Parts& parts,
                                                          const ServeOptions& options) {
  auto engine = engine::Engine::open(engine_options(options), parts.clock, parts.random);
  if (!engine.ok()) return StartError{kCannotStart, engine.error()};
  parts.engine = engine->get();
  if (!options.kinesis_endpoint.empty()) {
    auto send = kinesis_sender(options.kinesis_endpoint, parts.clock);
    if (!send.ok()) return StartError{kBadInput, send.error()};
    parts.kinesis =
        std::make_unique<KinesisDelivery>(KinesisDelivery::Options(), std::move(send).value());
    parts.engine->set_change_sink(parts.kinesis.get());
  }
  return std::unique_ptr<Service>(*std::move(engine));
}

Outcome<std::unique_ptr<UpstreamService>, StartError> open_upstream(Stack::Parts& parts,
                                                                    UpstreamOptions options) {
  auto upstream = UpstreamService::open(std::move(options), parts.clock);
  if (!upstream.ok()) return StartError{kCannotStart, upstream.error()};
  return *std::move(upstream);
}

// What really answers.
Outcome<std::unique_ptr<Service>, StartError> open_primary(Stack::Parts& parts,
                                                           const ServeOptions& options) {
  if (options.upstream.url.empty()) return open_engine(parts, options);
  auto upstream = open_upstream(parts, upstream_options(options.upstream));
  if (!upstream.ok()) return upstream.error();
  parts.upstream = upstream->get();
  return std::unique_ptr<Service>(*std::move(upstream));
}

Outcome<std::unique_ptr<Service>, StartError> open_shadow(Stack::Parts& parts,
                                                          const ServeOptions& options) {
  if (options.upstream.shadow != "embedded") {
    auto upstream = open_upstream(parts, shadow_upstream_options(options.upstream));
    if (!upstream.ok()) return upstream.error();
    return std::unique_ptr<Service>(*std::move(upstream));
  }
  if (!options.upstream.url.empty()) return open_engine(parts, options);
  return StartError{kBadInput, "--shadow embedded needs an --upstream to be compared with"};
}

// The innermost link: what really answers, and what is only asked.
Outcome<std::unique_ptr<Service>, StartError> open_database(Stack::Parts& parts,
                                                            const ServeOptions& options) {
  auto primary = open_primary(parts, options);
  if (!primary.ok() || options.upstream.shadow.empty()) return primary;
  auto shadow = open_shadow(parts, options);
  if (!shadow.ok()) return shadow.error();
  auto both = std::make_unique<ShadowService>(*std::move(primary), *std::move(shadow),
                                              shadow_options(options.upstream));
  parts.shadow = both.get();
  return std::unique_ptr<Service>(std::move(both));
}

cassettes::DeckContext deck_context(Stack::Parts& parts, const ServeOptions& options) {
  cassettes::DeckContext context;
  context.clock = &parts.clock;
  context.seed = parts.random.seed();
  context.clock_frozen = parts.clock.frozen();
  context.dynadeck_version = version_number();
  const bool is_private =
      options.in_memory && options.upstream.url.empty() && options.upstream.shadow.empty();
  if (is_private) context.private_database = parts.engine;
  // An engine that is only a shadow does not make what clients read.
  if (parts.engine != nullptr && options.upstream.url.empty()) {
    context.listen_to_streams = [engine = parts.engine, sink = &parts.taped_streams](bool listens) {
      engine->set_stream_sink(listens ? sink : nullptr);
    };
  }
  return context;
}

// The one place that knows the order of the links.
Failure chain(Stack::Parts& parts, const ServeOptions& options) {
  std::unique_ptr<Service> link;

  if (needs_database(options)) {
    auto database = open_database(parts, options);
    if (!database.ok()) return database.error();
    link = *std::move(database);
  }
  // What is taped has met the faults already, unless it is to be clean; over a replay they stand
  // outside, with new dice.
  const bool faults_outside = !options.replay_file.empty() || tapes_clean(options);
  if (!faults_outside) {
    link = std::make_unique<faults::FaultService>(std::move(link), *parts.board);
  }

  auto deck = std::make_unique<cassettes::Deck>(std::move(link), deck_context(parts, options));
  parts.deck = deck.get();
  parts.taped_streams.begin(*deck);
  link = std::move(deck);

  if (faults_outside) {
    link = std::make_unique<faults::FaultService>(std::move(link), *parts.board);
  }

  // Outside the tape and the faults: both see what the client saw.
  link = std::make_unique<faults::JournalService>(std::move(link), parts.journal, parts.clock);
  parts.service =
      std::make_unique<metrics::MetricsService>(std::move(link), parts.registry, parts.clock);
  return insert_tape(*parts.deck, options);
}

}  // namespace

Stack::Stack(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Stack::~Stack() = default;

Outcome<std::unique_ptr<Stack>, StartError> Stack::build(const ServeOptions& given_options) {
  const ServeOptions options = with_taped_choices(given_options);
  auto parts = std::make_unique<Parts>(options);
  parts->mode = mode_of(options);
  parts->board = std::make_unique<faults::RuleBoard>(
      parts->clock, parts->random.seed(),
      // It is opened later, and before any request.
      rule_abilities(options, [&built = *parts]() -> engine::Engine& { return *built.engine; }));
  if (auto failure = put_up_rules(*parts->board, options)) return *std::move(failure);
  auto fault_poll = follow_rules(*parts->board, parts->clock, options);
  if (!fault_poll.ok()) return fault_poll.error();
  parts->fault_poll = *std::move(fault_poll);
  if (auto failure = chain(*parts, options)) return *std::move(failure);

  Parts& built = *parts;
  built.registry.add(
      [] { return std::vector{metrics::build_info(std::string(version_number()))}; });
  built.registry.add([&built] { return std::vector{built.refusals.family()}; });
  built.registry.add([&built] { return cassette_figures(built.deck->stats()); });
  built.registry.add([&built] { return rule_figures(*built.board); });
  if (built.fault_poll != nullptr) {
    built.registry.add([&built] { return fault_poll_figures(built.fault_poll->stats()); });
  }
  if (built.engine != nullptr) {
    built.registry.add([&built] { return engine_figures(*built.engine); });
    if (built.kinesis != nullptr) {
      built.registry.add([&built] { return kinesis_figures(built.kinesis->stats()); });
    }
  }
  return std::unique_ptr<Stack>(new Stack(std::move(parts)));
}

Service& Stack::service() { return *parts_->service; }

const Clock& Stack::clock() const { return parts_->clock; }

Random& Stack::random() { return parts_->random; }

void Stack::add_routes(HttpServer& server) {
  Parts& parts = *parts_;
  server.route("/metrics", metrics::metrics_handler(parts.registry));
  server.route("/_dynadeck/health", health_handler(parts.mode));
  server.route("/_dynadeck/reset", engine_reset_handler(parts.engine));
  server.route("/_dynadeck/clock", clock_handler(parts.clock));
  server.route("/_dynadeck/streams/roll", engine_shard_roll_handler(parts.engine));
  server.route("/_aws/dynamodb/expired", engine_expiry_handler(parts.engine));
  server.route("/_dynadeck/cassette", parts.deck->admin());
  server.route("/_dynadeck/faults", faults::faults_handler(*parts.board));
  const AdminHandler chaos = faults::chaos_handler(*parts.board);
  server.route("/_localstack/chaos/faults", chaos);
  server.route("/_localstack/chaos/effects", chaos);
  server.route("/_dynadeck/requests", faults::journal_handler(parts.journal, parts.clock));
  if (parts.upstream != nullptr) {
    server.route("/_dynadeck/upstream", parts.upstream->admin());
    parts.upstream->read_at(server.socket_watch());
    parts.registry.add([&parts] { return upstream_figures(parts.upstream->stats()); });
  }
  if (parts.shadow != nullptr) {
    server.route("/_dynadeck/shadow", parts.shadow->admin());
    parts.registry.add([&parts] { return shadow_figures(parts.shadow->stats()); });
  }
  parts.registry.add([&server] { return http_figures(server.stats()); });
}

bool Stack::refuses_connection() { return parts_->board->refuses_connection(); }

void Stack::count_refused(std::string_view error_code) { parts_->refusals.add(error_code); }

Outcome<cassettes::ReplayReport, std::string> Stack::eject() { return parts_->deck->eject(); }

const std::string& Stack::mode() const { return parts_->mode; }

}  // namespace dynadeck
