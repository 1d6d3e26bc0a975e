// `records` and `roll`: what a stream's consumer meets.
#include <nlohmann/json.hpp>

#include "faults/effects/effects.h"
#include "faults/requests/body_scan.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

// Changes what GetRecords says. Stateless: the iterator that the client sent is the place to go on
// from, so no record is lost and none comes out of order.
class RecordsEffect : public Effect {
 public:
  explicit RecordsEffect(bool empty) : empty_(empty) {}

  std::string_view kind() const override { return "records"; }
  Stage stage() const override { return Stage::kOperation; }
  bool allows(At at) const override { return at == At::kAfter; }
  At default_at() const override { return At::kAfter; }
  Json print() const override { return empty_ ? "empty" : "repeat"; }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    if (request.operation != Operation::kGetRecords) return next(request);
    return when_ready(next(request), [this, strike, &request](Response response) {
      return changed(strike, request, std::move(response));
    });
  }

 private:
  Response changed(const Strike& strike, const Request& request, Response response) const {
    const Json asked = Json::parse(request.body, nullptr, false);
    Json body = Json::parse(response.body, nullptr, false);
    if (!response.ok() || !asked.is_object() || !body.is_object()) return response;
    const auto iterator = asked.find("ShardIterator");
    const auto records = body.find("Records");
    if (iterator == asked.end() || records == body.end()) return response;
    if (!records->is_array() || records->empty()) return response;  // nothing to hide or repeat
    if (empty_) *records = Json::array();
    body["NextShardIterator"] = *iterator;
    response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    strike.mark(response, kind());
    return response;
  }

  const bool empty_;  // else the records come again
};

// Rolls the stream's open shards before the operation.
class RollEffect : public Effect {
 public:
  std::string_view kind() const override { return "roll"; }
  Stage stage() const override { return Stage::kOperation; }
  bool allows(At at) const override { return at == At::kBefore; }
  Json print() const override { return "shards"; }

  std::string missing(const Abilities& abilities) const override {
    if (abilities.roll_shards) return {};
    return "the fault roll needs the embedded engine's streams";
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    bool rolled = false;
    const BodyScan body(request);
    for (const std::string_view table : body.tables()) {
      rolled = strike.abilities->roll_shards(request.scope, table) || rolled;
    }
    if (!rolled) return next(request);
    return when_ready(next(request), [strike](Response response) {
      strike.mark(response, "roll");
      return response;
    });
  }
};

}  // namespace

ParsedEffect parse_records_effect(const Node& node, const std::string& path, Problems& problems) {
  if (node.scalar == "empty" || node.scalar == "repeat") {
    return std::make_shared<RecordsEffect>(node.scalar == "empty");
  }
  problems.push_back({node.line, path, "expected empty or repeat"});
  return nullptr;
}

ParsedEffect parse_roll_effect(const Node& node, const std::string& path, Problems& problems) {
  if (node.scalar == "shards") return std::make_shared<RollEffect>();
  problems.push_back({node.line, path, "expected `roll: shards`"});
  return nullptr;
}

}  // namespace dynadeck::faults
