#include "harness/stack.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "cassettes/deck.h"
#include "cassettes/tape/reader.h"
#include "engine/engine.h"
#include "engine/store/history.h"
#include "faults/effects/effect.h"
#include "faults/fault_admin.h"
#include "faults/fault_service.h"
#include "faults/journal/journal.h"
#include "faults/rules/board.h"
#include "faults/rules/feed.h"
#include "faults/rules/probabilities.h"
#include "harness/admin/api.h"
#include "harness/admin/fault_poll.h"
#include "harness/admin/figures.h"
#include "harness/admin/streams.h"
#include "harness/http/server.h"
#include "harness/kinesis/delivery.h"
#include "harness/seam/version.h"
#include "harness/serve.h"
#include "harness/shadow/shadow.h"
#include "harness/taped_streams.h"
#include "harness/upstream/upstream.h"
#include "metrics/metrics_service.h"
#include "metrics/refusal_tally.h"
#include "metrics/registry.h"

namespace dynadeck {

// What rules may ask for is what the engine keeps.
static_assert(faults::kLongestPast <= engine::History::kHorizon);

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

engine::EngineOptions engine_options(const ServeOptions& options) {
  engine::EngineOptions result;
  result.data_dir = options.data_dir;
  result.in_memory = options.in_memory;
  result.durability = options.durability == DurabilityChoice::kSync ? engine::Durability::kSync
                                                                    : engine::Durability::kWal;
  result.shared_db = options.shared_db;
  result.status_delay = options.status_delay;
  result.enforce_throughput = options.enforce_throughput;
  result.stream_shards = options.stream_shards;
  result.stream_roll_age = options.stream_roll_age;
  result.ttl_sweep_interval = options.ttl_sweep_interval;
  return result;
}

bool given(const ServeOptions& options, std::string_view cassette_option) {
  return std::any_of(options.cassette.begin(), options.cassette.end(),
                     [&](const auto& option) { return option.first == cassette_option; });
}

// What rules may ask of what answers. parts: the engine is opened later, and before any request.
faults::Abilities abilities(const Stack::Parts& parts, const ServeOptions& options) {
  faults::Abilities result;
  const bool embedded = options.replay_file.empty() && options.upstream.url.empty();
  if (!embedded) return result;
  result.snapshots = true;
  // A tape without faults, or a shadow, would take the whole batch for what was asked.
  result.holds_back = !given(options, "faults-clean") && options.upstream.shadow.empty();
  const bool shared = options.shared_db;
  result.roll_shards = [&parts, shared](const Scope& scope, std::string_view table) {
    engine::Engine::ShardRoll roll;
    roll.table = table;
    if (!shared) {
      roll.account = scope.account;
      roll.region = scope.region;
    }
    const auto rolled = parts.engine->roll_shards(roll);
    return rolled.ok() && *rolled > 0;
  };
  return result;
}

// The rules that the command line and the environment ask for; the admin API may change them later.
Failure put_up_rules(faults::RuleBoard& board, const ServeOptions& options) {
  faults::RuleBoard::Change change;
  change.add = faults::probability_rules(
      {options.error_probability, options.read_error_probability, options.write_error_probability});
  const auto put_up = board.apply(std::move(change));
  if (!put_up.ok()) return StartError{kBadInput, put_up.error().text};
  if (options.faults.empty() || is_fault_url(options.faults)) return std::nullopt;

  auto file = faults::load_rules(options.faults);
  if (!file.ok()) {
    return StartError{kBadInput, options.faults + ": " + faults::to_string(file.error())};
  }
  const auto added = board.add(*std::move(file));
  if (!added.ok()) return StartError{kBadInput, options.faults + ": " + added.error().text};
  return std::nullopt;
}

// Holds the rules to what --faults URL says, from now on.
Failure follow_rules(Stack::Parts& parts, const ServeOptions& options) {
  if (!is_fault_url(options.faults)) return std::nullopt;
  FaultPoll::Options poll;
  poll.url = options.faults;
  poll.ca_file = options.upstream.ca_file;
  poll.interval = options.faults_poll_interval;
  poll.tell = [](const std::string& line) { spdlog::info("{}", line); };
  poll.warn = [](const std::string& line) { spdlog::warn("{}", line); };
  // Shared, as a function has to be copyable.
  auto feed = std::make_shared<faults::RuleFeed>(*parts.board);
  auto started = FaultPoll::start(std::move(poll), parts.clock, [feed](std::string_view document) {
    return feed->follow(document);
  });
  if (!started.ok()) return StartError{kCannotStart, "--faults " + started.error()};
  parts.fault_poll = *std::move(started);
  return std::nullopt;
}

Outcome<cassettes::CassetteOptions, std::string> cassette_options(const ServeOptions& options) {
  cassettes::CassetteOptions result;
  const bool records = !options.record_file.empty();
  result.path = records ? options.record_file : options.replay_file;
  result.mode = records ? cassettes::Mode::kAll : cassettes::Mode::kNone;
  for (const auto& [name, value] : options.cassette) {
    auto set = cassettes::set_option(result, name, value);
    if (!set.ok()) return "--" + name + ": " + set.error();
  }
  return result;
}

// Puts the tape in that --record or --replay names.
Failure insert_tape(cassettes::Deck& deck, const ServeOptions& options) {
  if (options.record_file.empty() && options.replay_file.empty()) return std::nullopt;
  const auto cassette = cassette_options(options);
  if (!cassette.ok()) return StartError{kBadInput, cassette.error()};
  const auto inserted = deck.insert(*cassette);
  if (!inserted.ok()) return StartError{kBadInput, inserted.error()};
  return std::nullopt;
}

UpstreamOptions upstream_options(const UpstreamChoice& choice) {
  UpstreamOptions result;
  result.url = choice.url;
  result.streams_url = choice.streams_url;
  result.region = choice.region;
  result.signing = choice.sign ? UpstreamSigning::kAuto : UpstreamSigning::kNone;
  result.ca_file = choice.ca_file;
  result.retries = choice.retries;
  result.timeouts.connect = choice.connect_timeout;
  result.timeouts.response = choice.response_timeout;
  result.timeouts.total = choice.total_timeout;
  result.log = [](const std::string& line) { spdlog::warn("{}", line); };
  return result;
}

// A replay has the seed of the recording, and its clock where that stood still, unless others are
// asked for: what is not on the tape gets the ids, dates and fault decisions it had got then. A
// tape that cannot be read is told of when it is put in.
ServeOptions with_taped_choices(ServeOptions options) {
  const auto cassette = cassette_options(options);
  const bool plays =
      cassette.ok() && !cassette->path.empty() && cassette->mode != cassettes::Mode::kAll;
  if (!plays) return options;
  const auto header = cassettes::TapeReader::read_header(cassette->path);
  if (!header.ok()) return options;
  if (!options.seed) options.seed = header->seed;
  if (!options.clock && header->clock_frozen) options.clock = header->clock_start;
  return options;
}

// A tape that is only played needs nothing behind it.
bool needs_database(const ServeOptions& options) {
  if (options.replay_file.empty()) return true;
  return std::any_of(options.cassette.begin(), options.cassette.end(), [](const auto& option) {
    const auto& [name, value] = option;
    return (name == "unmatched" && value != "error") || (name == "mode" && value != "none");
  });
}

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
    UpstreamOptions shadow = upstream_options(options.upstream);
    shadow.url = options.upstream.shadow;
    shadow.streams_url.clear();
    auto upstream = open_upstream(parts, std::move(shadow));
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
  ShadowOptions shadow_options;
  shadow_options.name = options.upstream.shadow;
  shadow_options.log = [](const std::string& line) { spdlog::warn("{}", line); };
  auto both = std::make_unique<ShadowService>(*std::move(primary), *std::move(shadow),
                                              std::move(shadow_options));
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
  const bool faults_outside = !options.replay_file.empty() || given(options, "faults-clean");
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

std::string mode_of(const ServeOptions& options) {
  if (!options.replay_file.empty()) return "replay";
  if (!options.upstream.url.empty()) return "upstream";
  return options.in_memory ? "in-memory" : "embedded";
}

std::string reset_engine(engine::Engine* engine, const std::string& account,
                         const std::string& region) {
  if (engine == nullptr) return "only the embedded database can be reset";
  const auto optional = [](const std::string& text) {
    return text.empty() ? std::optional<std::string>() : text;
  };
  const auto dropped = engine->reset(optional(account), optional(region));
  return dropped.ok() ? "" : dropped.error();
}

const char* const kOnlyEmbedded = "only the embedded database has streams and expiries";

Counted expire_items(engine::Engine* engine) {
  return engine == nullptr ? Counted(std::string(kOnlyEmbedded)) : engine->expire_items();
}

Counted roll_shards(engine::Engine* engine, const ShardRollRequest& wanted) {
  if (engine == nullptr) return std::string(kOnlyEmbedded);
  return engine->roll_shards(
      {wanted.table, wanted.account, wanted.region, wanted.shard_id, wanted.children});
}

}  // namespace

Stack::Stack(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Stack::~Stack() = default;

Outcome<std::unique_ptr<Stack>, StartError> Stack::build(const ServeOptions& given_options) {
  const ServeOptions options = with_taped_choices(given_options);
  auto parts = std::make_unique<Parts>(options);
  parts->mode = mode_of(options);
  parts->board = std::make_unique<faults::RuleBoard>(parts->clock, parts->random.seed(),
                                                     abilities(*parts, options));
  if (auto failure = put_up_rules(*parts->board, options)) return *std::move(failure);
  if (auto failure = follow_rules(*parts, options)) return *std::move(failure);
  if (auto failure = chain(*parts, options)) return *std::move(failure);

  Parts& built = *parts;
  built.registry.add(
      [] { return std::vector{metrics::build_info(std::string(version_number()))}; });
  built.registry.add([&built] { return std::vector{built.refusals.family()}; });
  built.registry.add([&built] { return cassette_figures(built.deck->stats()); });
  built.registry.add([&built] {
    return std::vector{metrics::counter("dynadeck_faults_refused_connections_total",
                                        "Connections that a fault rule refused",
                                        static_cast<double>(built.board->refused_connections()))};
  });
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
  server.route("/_dynadeck/reset", reset_handler([&parts](const auto& account, const auto& region) {
                 return reset_engine(parts.engine, account, region);
               }));
  server.route("/_dynadeck/clock", clock_handler(parts.clock));
  server.route("/_dynadeck/streams/roll",
               shard_roll_handler([&parts](const ShardRollRequest& wanted) {
                 return roll_shards(parts.engine, wanted);
               }));
  server.route("/_aws/dynamodb/expired",
               expiry_handler([&parts] { return expire_items(parts.engine); }));
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
