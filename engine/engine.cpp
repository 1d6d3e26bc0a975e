#include "engine/engine.h"

#include "engine/core/core.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/upkeep/backfill.h"
#include "engine/upkeep/deletion.h"
#include "engine/upkeep/sweeper.h"
#include "engine/wire/json.h"
#include "harness/seam/error.h"

namespace dynadeck::engine {
namespace {

Response to_response(Result<std::string> result) {
  if (!result.ok()) {
    const ApiError& error = result.error();
    return error_response(error.code, error.message, error.members);
  }
  Response response;
  response.body = std::move(result).value();
  response.one_line_json = true;
  return response;
}

}  // namespace

Engine::Engine(std::unique_ptr<Core> core)
    : core_(std::move(core)),
      backfiller_(std::make_unique<Backfiller>(*core_)),
      sweeper_(std::make_unique<Sweeper>(*core_)) {
  core_->backfiller = backfiller_.get();
  core_->sweeper = sweeper_.get();
  backfiller_->resume();
  sweeper_->start(core_->options.ttl_sweep_interval);
}

Engine::~Engine() = default;

Outcome<std::unique_ptr<Engine>, std::string> Engine::open(EngineOptions options,
                                                           const Clock& clock, Random& random) {
  auto core = std::make_unique<Core>(std::move(options), clock, random);
  if (core->options.enforce_throughput) core->limiter = std::make_unique<ThroughputLimiter>(clock);
  auto store =
      Store::open({core->options.data_dir, core->options.in_memory, core->options.durability});
  if (!store.ok()) return store.error();
  core->store = std::move(store).value();
  auto catalog = Catalog::open(*core->store);
  if (!catalog.ok()) return catalog.error();
  core->catalog = std::move(catalog).value();
  core->streams = std::make_unique<StreamRegistry>(
      *core->store, clock, random,
      StreamOptions{core->options.stream_shards, core->options.stream_roll_age});
  if (auto loaded = core->streams->load(core->catalog->view()); !loaded.ok()) {
    return loaded.error();
  }
  return std::unique_ptr<Engine>(new Engine(std::move(core)));
}

Response Engine::handle(const Request& request) {
  const OperationFunction function = find_operation_function(request.operation);
  if (function == nullptr) {
    return error_response("UnknownOperationException",
                          request.operation == Operation::kUnknown
                              ? std::string()
                              : messages::not_built_yet(info(request.operation).name));
  }
  const Result<JsonDocument> document = JsonDocument::parse(request.body);
  if (!document.ok()) return to_response(document.error());
  return to_response(function(*core_, request, document->root()));
}

Outcome<std::size_t, std::string> Engine::reset(const std::optional<std::string>& account,
                                                const std::optional<std::string>& region) {
  const auto control = core_->catalog->control_lock();
  std::vector<TableKey> keys;
  for (const auto& [key, table] : core_->catalog->view().tables) {
    const Scope& scope = table->definition.scope;
    if ((!account || scope.account == *account) && (!region || scope.region == *region)) {
      keys.push_back(key);
    }
  }
  for (const TableKey& key : keys) {
    if (const Status deleted = delete_table_data(*core_, key, 0); !deleted.ok()) {
      return deleted.error().message;
    }
  }
  return keys.size();
}

Outcome<std::size_t, std::string> Engine::expire_items() {
  const Result<std::size_t> deleted = sweeper_->sweep();
  if (!deleted.ok()) return deleted.error().message;
  return deleted.value();
}

void Engine::set_stream_sink(StreamSink* sink) { core_->streams->set_sink(sink); }

void Engine::set_change_sink(ChangeSink* sink) { core_->sink = sink; }

Outcome<std::size_t, std::string> Engine::roll_shards(const ShardRoll& roll) {
  std::size_t closed = 0;
  for (const auto& stream : core_->streams->list({})) {
    const auto definition = stream->view().definition;
    const bool meant = (roll.table.empty() || definition->table_name == roll.table) &&
                       (roll.account.empty() || definition->scope.account == roll.account) &&
                       (roll.region.empty() || definition->scope.region == roll.region);
    if (!meant) continue;
    const auto rolled = stream->roll(core_->clock.now(), roll.children, roll.shard_id);
    if (!rolled.ok()) return rolled.error().message;
    closed += rolled.value();
  }
  return closed;
}

std::vector<std::pair<std::string, std::uint64_t>> Engine::figures() const {
  return core_->store->figures();
}

const Activity& Engine::activity() const { return core_->activity; }

void Engine::compact() { core_->store->compact(); }

}  // namespace dynadeck::engine
