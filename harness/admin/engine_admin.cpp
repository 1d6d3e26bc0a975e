#include "harness/admin/engine_admin.h"

#include <optional>
#include <string>

#include "engine/engine.h"
#include "harness/admin/api.h"
#include "harness/admin/streams.h"

namespace dynadeck {
namespace {

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

AdminHandler engine_reset_handler(engine::Engine* engine) {
  return reset_handler([engine](const std::string& account, const std::string& region) {
    return reset_engine(engine, account, region);
  });
}

AdminHandler engine_shard_roll_handler(engine::Engine* engine) {
  return shard_roll_handler(
      [engine](const ShardRollRequest& wanted) { return roll_shards(engine, wanted); });
}

AdminHandler engine_expiry_handler(engine::Engine* engine) {
  return expiry_handler([engine] { return expire_items(engine); });
}

}  // namespace dynadeck
