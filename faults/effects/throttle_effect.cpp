// `throttle`: a rate that holds, and what is refused beyond it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "faults/effects/cancel_effect.h"
#include "faults/effects/effects.h"
#include "faults/effects/error_catalog.h"
#include "faults/effects/throttling_reasons.h"
#include "faults/effects/token_buckets.h"
#include "faults/effects/unprocessed_effect.h"
#include "faults/language/when.h"
#include "faults/requests/body_scan.h"
#include "faults/requests/item_keys.h"
#include "harness/seam/error.h"
#include "harness/seam/request_view.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

// What has a bucket of its own.
enum class Per : std::uint8_t { kRule, kTable, kAccount, kAccessKey, kShard, kKey };
const std::vector<std::string> kPerNames = {"rule", "table", "account", "access_key", "shard"};

struct ThrottleSettings {
  double rate = 1;  // tokens a second; a request takes one, a batch or transaction one per element
  double burst = 1;
  Per per = Per::kRule;
  std::string attribute;  // kKey: whose value names the bucket
  std::optional<std::string> code;
  std::optional<std::string> message;
  std::vector<std::string> reasons;
  std::optional<Duration> retry_after;
  bool retry_when_filled = false;  // the hint is when the bucket has its next token
};

std::string_view code_of(const ThrottleSettings& settings, Operation operation) {
  if (settings.code) return *settings.code;
  switch (info(operation).operation_class) {
    case OperationClass::kStreams:
      return "LimitExceededException";
    case OperationClass::kControl:
      return "ThrottlingException";
    default:
      return settings.per == Per::kAccount ? "RequestLimitExceeded"
                                           : "ProvisionedThroughputExceededException";
  }
}

std::string text_of(const KeyValue& value) { return std::string(value.type).append(value.text); }

bool carries_reasons(std::string_view code) {
  return code == "ProvisionedThroughputExceededException" || code == "RequestLimitExceeded" ||
         code == "ThrottlingException";
}

class ThrottleEffect : public Effect {
 public:
  explicit ThrottleEffect(ThrottleSettings settings) : settings_(std::move(settings)) {}

  std::string_view kind() const override { return "throttle"; }
  Stage stage() const override { return Stage::kAnswer; }
  bool allows(At at) const override { return at == At::kBefore; }
  bool takes_delay() const override { return true; }
  std::unique_ptr<EffectState> make_state() const override {
    return std::make_unique<TokenBuckets>(settings_.rate, settings_.burst);
  }

  Json print() const override {
    Json json = {{"rate", settings_.rate}, {"burst", settings_.burst}};
    if (settings_.per == Per::kKey) {
      json["per"] = "key " + settings_.attribute;
    } else {
      json["per"] = kPerNames[static_cast<std::size_t>(settings_.per)];
    }
    if (settings_.code) json["code"] = *settings_.code;
    if (settings_.message) json["message"] = *settings_.message;
    if (!settings_.reasons.empty()) json["reasons"] = settings_.reasons;
    if (settings_.retry_when_filled) json["retry_after"] = "filled";
    if (settings_.retry_after) json["retry_after"] = print_duration(*settings_.retry_after);
    return json;
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    auto& buckets = static_cast<TokenBuckets&>(*strike.state);
    if (is_batch(request.operation)) return batch(strike, buckets, request, next);
    if (action_count(request) > 0) return transaction(strike, buckets, request, next);
    const std::optional<std::string> bucket = bucket_of(request);
    if (!bucket) return next(request);
    const Clock::WallTime now = strike.clock->now();
    if (buckets.take({*bucket}, now).front()) return next(request);
    return refused(strike, buckets, *bucket, request);
  }

 private:
  // Nothing where the request has no such thing, such as a Scan a partition key.
  std::optional<std::string> bucket_of(const Request& request) const {
    switch (settings_.per) {
      case Per::kRule:
        return "";
      case Per::kAccount:
        return request.scope.account + "/" + request.scope.region;
      case Per::kAccessKey:
        return request.access_key;
      case Per::kTable: {
        const BodyScan body(request);
        return scope_of(request) + (body.tables().empty() ? "" : std::string(body.tables()[0]));
      }
      case Per::kShard:
        return shard_of(request);
      case Per::kKey: {
        Facts facts(request);
        const std::vector<KeyValue>& values = facts.key(settings_.attribute);
        if (values.empty()) return std::nullopt;
        const BodyScan body(request);
        return scope_of(request) + (body.tables().empty() ? "" : std::string(body.tables()[0])) +
               "/" + text_of(values.front());
      }
    }
    return std::nullopt;
  }

  static std::string scope_of(const Request& request) {
    return request.scope.account + "/" + request.scope.region + "/";
  }

  // "ARN|1|payload". The embedded engine's payload begins with the shard's number, in six
  // characters; other iterators that do not name their shard share their stream's bucket.
  static std::optional<std::string> shard_of(const Request& request) {
    const nlohmann::json& document = request.view().document();
    if (!document.is_object()) return std::nullopt;
    for (const char* member : {"ShardId", "ShardIterator"}) {
      const auto found = document.find(member);
      if (found == document.end() || !found->is_string()) continue;
      const auto& text = found->get_ref<const std::string&>();
      const std::size_t shard = text.find("shardId-");
      if (shard != std::string::npos) {
        return text.substr(shard, text.find_first_of("|/&\"", shard) - shard);
      }
      const std::size_t payload = text.rfind('|');
      return text.substr(0,
                         payload == std::string::npos ? payload : payload + 1 + kShardCharacters);
    }
    return std::nullopt;
  }

  std::string element_bucket(const Request& request, const std::string& table,
                             const nlohmann::json& element) const {
    if (settings_.per == Per::kTable) return scope_of(request) + table;
    if (settings_.per == Per::kKey) {
      const auto value = element_key_value(element, settings_.attribute);
      return scope_of(request) + table + "/" + (value ? text_of(*value) : "");
    }
    return bucket_of(request).value_or("");
  }

  // A throttled element comes back unprocessed; where all are, the call fails.
  Response batch(const Strike& strike, TokenBuckets& buckets, const Request& request,
                 const Next& next) const {
    const Json document = Json::parse(request.body, nullptr, false);
    std::vector<std::string> names;
    for (const auto& [table, element] : batch_elements(request.operation, document)) {
      names.push_back(element_bucket(request, table, nlohmann::json(element)));
    }
    if (names.empty()) return next(request);
    std::vector<bool> held_back = buckets.take(names, strike.clock->now());
    held_back.flip();
    const auto held = std::count(held_back.begin(), held_back.end(), true);
    if (held == 0) return next(request);
    if (static_cast<std::size_t>(held) == names.size()) {
      return refused(strike, buckets, names.front(), request);
    }
    return when_ready(answer_partly(strike, request, next, document, held_back),
                      [this, strike](Response response) {
                        if (response.ok()) strike.mark(response, kind());
                        return response;
                      });
  }

  // A throttled action cancels its transaction.
  Response transaction(const Strike& strike, TokenBuckets& buckets, const Request& request,
                       const Next& next) const {
    const nlohmann::json& document = request.view().document();
    std::vector<std::string> names;
    if (document.contains("TransactItems")) {
      for (const nlohmann::json& action : document["TransactItems"]) {
        names.push_back(element_bucket(request, table_of(action), action));
      }
    } else {
      names.assign(action_count(request), bucket_of(request).value_or(""));
    }
    const std::vector<bool> taken = buckets.take_all(names, strike.clock->now());
    if (std::find(taken.begin(), taken.end(), false) == taken.end()) return next(request);
    const char* code = code_of(settings_, request.operation) == "ThrottlingException"
                           ? "ThrottlingError"
                           : "ProvisionedThroughputExceeded";
    std::vector<CancellationReason> reasons;
    for (const bool enough : taken) reasons.push_back({enough ? "None" : code, "", ""});
    Response response = cancelled(reasons);
    strike.mark(response, kind());
    return response;
  }

  static std::string table_of(const nlohmann::json& action) {
    if (!action.is_object()) return {};
    for (const nlohmann::json& parameters : action) {
      if (!parameters.is_object()) continue;
      const auto found = parameters.find("TableName");
      if (found != parameters.end() && found->is_string()) {
        return std::string(table_name_of(found->get_ref<const std::string&>()));
      }
    }
    return {};
  }

  std::vector<std::string> reasons_for(const Request& request) const {
    if (!settings_.reasons.empty()) return settings_.reasons;
    const OperationClass kind = info(request.operation).operation_class;
    if (kind != OperationClass::kRead && kind != OperationClass::kWrite) return {};
    std::string reason = BodyScan(request).index().empty() ? "Table" : "Index";
    reason += kind == OperationClass::kRead ? "Read" : "Write";
    if (settings_.per == Per::kKey) return {reason + "KeyRangeThroughputExceeded"};
    if (settings_.per == Per::kAccount) return {reason + "AccountLimitExceeded"};
    return {reason + "ProvisionedThroughputExceeded"};
  }

  Response refused(const Strike& strike, TokenBuckets& buckets, const std::string& bucket,
                   const Request& request) const {
    const std::string_view code = code_of(settings_, request.operation);
    const std::vector<std::string> reasons =
        carries_reasons(code) ? reasons_for(request) : std::vector<std::string>{};
    const bool of_index = !reasons.empty() && reasons.front().starts_with("Index");
    const std::string_view message = settings_.message
                                         ? std::string_view(*settings_.message)
                                         : default_message(code, request.operation, of_index);
    Response response = error_response(code, message, throttling_members(code, reasons, request));
    std::optional<std::chrono::nanoseconds> hint = settings_.retry_after;
    if (settings_.retry_when_filled) hint = buckets.wait(bucket, strike.clock->now());
    if (hint) {
      const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(*hint);
      response.headers.add("x-amz-retry-after", std::to_string(milliseconds.count()));
    }
    strike.mark(response, kind());
    return response;
  }

  static constexpr std::size_t kShardCharacters = 6;

  const ThrottleSettings settings_;
};

void parse_per(Fields& fields, const Node& node, ThrottleSettings& settings) {
  const std::string per = fields.text("per").value_or("rule");
  const auto found = std::find(kPerNames.begin(), kPerNames.end(), per);
  if (found != kPerNames.end()) {
    settings.per = static_cast<Per>(found - kPerNames.begin());
  } else if (per.starts_with("key ") && per.size() > 4) {
    settings.per = Per::kKey;
    settings.attribute = per.substr(4);
  } else {
    fields.report(
        *node.find("per"), "per",
        "found '" + per + "', expected rule, table, account, access_key, shard or key ATTRIBUTE");
  }
}

}  // namespace

ParsedEffect parse_throttle_effect(const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  ThrottleSettings settings;
  Fields fields(node, path, problems);
  const auto rate = fields.number("rate", 0.001, 1e9);
  settings.rate = rate.value_or(1);
  settings.burst = fields.number("burst", 1, 1e12).value_or(std::max(1.0, settings.rate));
  parse_per(fields, node, settings);
  settings.code = fields.text("code");
  settings.message = fields.text("message");
  settings.reasons = parse_throttling_reasons(fields, node);
  if (node.find("retry_after") != nullptr && node.find("retry_after")->scalar == "filled") {
    fields.raw("retry_after");
    settings.retry_when_filled = true;
  } else {
    settings.retry_after = fields.duration("retry_after");
  }
  fields.finish();
  if (!fields.has("rate")) fields.report("expected a rate: requests a second");
  if (settings.code && !is_known_error(*settings.code)) {
    fields.report(*node.find("code"), "code", "'" + *settings.code + "' is no error of DynamoDB's");
  }
  if (problems.size() > before) return nullptr;
  return std::make_shared<ThrottleEffect>(std::move(settings));
}

}  // namespace dynadeck::faults
