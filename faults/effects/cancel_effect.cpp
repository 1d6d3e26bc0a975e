// `cancel`: transactions that do not happen, with a reason per action.
#include "faults/effects/cancel_effect.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "faults/effects/effects.h"
#include "faults/effects/error_catalog.h"
#include "harness/seam/error.h"
#include "harness/seam/request_view.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

// A code and the error whose text it carries.
struct Code {
  std::string_view code;
  std::string_view message_of;
};

// Source: [doc] API reference, TransactWriteItems and ExecuteTransaction.
constexpr std::array kCodes = {
    Code{"None", ""},
    Code{"ConditionalCheckFailed", "ConditionalCheckFailedException"},
    Code{"DuplicateItem", "DuplicateItemException"},
    Code{"ItemCollectionSizeLimitExceeded", "ItemCollectionSizeLimitExceededException"},
    Code{"TransactionConflict", "TransactionConflictException"},
    Code{"ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException"},
    Code{"ThrottlingError", "ThrottlingException"},
    Code{"ValidationError", "ValidationException"},
};

const Code* find_code(std::string_view code) {
  const auto found = std::find_if(kCodes.begin(), kCodes.end(),
                                  [&](const Code& each) { return each.code == code; });
  return found == kCodes.end() ? nullptr : &*found;
}

struct CancelSettings {
  std::vector<CancellationReason> reasons;  // in the order of the actions
  std::string code;                         // where `reasons` is empty: of the chosen actions
  std::vector<std::uint64_t> actions;       // by place, from 0
  std::optional<double> fraction;           // each action by itself
};

class CancelEffect : public Effect {
 public:
  explicit CancelEffect(CancelSettings settings) : settings_(std::move(settings)) {}

  std::string_view kind() const override { return "cancel"; }
  Stage stage() const override { return Stage::kAnswer; }
  bool allows(At at) const override { return at == At::kBefore; }  // cancelled: not committed
  bool takes_delay() const override { return true; }

  Json print() const override {
    if (settings_.reasons.empty()) {
      if (!settings_.fraction && settings_.actions == std::vector<std::uint64_t>{0}) {
        return settings_.code;
      }
      Json json = {{"code", settings_.code}};
      if (!settings_.actions.empty()) json["actions"] = settings_.actions;
      if (settings_.fraction) json["fraction"] = *settings_.fraction;
      return json;
    }
    Json list = Json::array();
    for (const CancellationReason& reason : settings_.reasons) list.push_back(print(reason));
    return {{"reasons", std::move(list)}};
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    const std::size_t actions = action_count(request);
    const std::vector<CancellationReason> reasons = choose(strike.dice, actions);
    const bool nothing = std::all_of(reasons.begin(), reasons.end(),
                                     [](const auto& reason) { return reason.code == "None"; });
    if (nothing) return next(request);
    Response response = cancelled(reasons);
    strike.mark(response, kind());
    return response;
  }

 private:
  static Json print(const CancellationReason& reason) {
    if (reason.message.empty() && reason.item.empty()) return reason.code;
    Json json = {{"code", reason.code}};
    if (!reason.message.empty()) json["message"] = reason.message;
    if (!reason.item.empty()) json["item"] = Json::parse(reason.item, nullptr, false);
    return json;
  }

  std::vector<CancellationReason> choose(const Dice& dice, std::size_t actions) const {
    std::vector<CancellationReason> reasons(actions, {"None", "", ""});
    for (std::size_t at = 0; at < std::min(actions, settings_.reasons.size()); ++at) {
      reasons[at] = settings_.reasons[at];
    }
    for (std::size_t at = 0; at < actions; ++at) {
      if (settings_.fraction && dice.unit("action/" + std::to_string(at)) < *settings_.fraction) {
        reasons[at].code = settings_.code;
      }
    }
    for (const std::uint64_t place : settings_.actions) {
      if (place < actions) reasons[place].code = settings_.code;
    }
    return reasons;
  }

  const CancelSettings settings_;
};

CancellationReason parse_reason(const Node& node, const std::string& path, Problems& problems) {
  CancellationReason reason;
  if (node.kind == Node::Kind::kScalar) {
    reason.code = node.scalar;
  } else {
    Fields fields(node, path, problems);
    reason.code = fields.text("code").value_or("");
    reason.message = fields.text("message").value_or("");
    if (const Node* item = fields.raw("item")) reason.item = to_json(*item).dump();
    fields.finish();
  }
  return reason;
}

}  // namespace

bool is_cancellation_code(std::string_view code) { return find_code(code) != nullptr; }

std::size_t action_count(const Request& request) {
  const nlohmann::json& document = request.view().document();
  if (!document.is_object()) return 0;
  for (const char* member : {"TransactItems", "TransactStatements"}) {
    const auto found = document.find(member);
    if (found != document.end() && found->is_array()) return found->size();
  }
  return 0;
}

Response cancelled(const std::vector<CancellationReason>& reasons) {
  std::string codes;
  std::string members = R"("CancellationReasons":[)";
  for (const CancellationReason& reason : reasons) {
    if (!codes.empty()) {
      codes += ", ";
      members += ',';
    }
    codes += reason.code;
    members += R"({"Code":)";
    append_json_string(members, reason.code);
    if (!reason.item.empty()) members += R"(,"Item":)" + reason.item;
    const Code* code = find_code(reason.code);
    std::string_view message = reason.message;
    if (message.empty() && code != nullptr && !code->message_of.empty()) {
      message = default_message(code->message_of, Operation::kTransactWriteItems);
    }
    if (!message.empty()) {
      members += R"(,"Message":)";
      append_json_string(members, message);
    }
    members += '}';
  }
  members += ']';
  return error_response("TransactionCanceledException",
                        "Transaction cancelled, please refer cancellation reasons for specific "
                        "reasons [" +
                            codes + "]",
                        members);
}

ParsedEffect parse_cancel_effect(const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  CancelSettings settings;
  if (node.kind == Node::Kind::kScalar) {
    settings.code = node.scalar;
    settings.actions = {0};
  } else {
    Fields fields(node, path, problems);
    settings.code = fields.text("code").value_or("");
    settings.actions = fields.counts("actions");
    settings.fraction = fields.probability("fraction");
    if (const Node* reasons = fields.raw("reasons")) {
      if (reasons->kind != Node::Kind::kList || reasons->list.empty()) {
        fields.report(*reasons, "reasons", "expected a list of codes");
      }
      for (const Node& each : reasons->list) {
        settings.reasons.push_back(parse_reason(each, fields.path_of("reasons"), problems));
      }
    }
    fields.finish();
    if (settings.reasons.empty() == settings.code.empty()) {
      fields.report("expected either reasons, or a code with actions or a fraction");
    }
    if (!settings.code.empty() && settings.actions.empty() && !settings.fraction) {
      settings.actions = {0};
    }
  }
  std::vector<std::string> codes;
  if (!settings.code.empty()) codes.push_back(settings.code);
  for (const CancellationReason& reason : settings.reasons) codes.push_back(reason.code);
  for (const std::string& code : codes) {
    if (is_cancellation_code(code)) continue;
    problems.push_back({node.line, path,
                        "found '" + code +
                            "', expected None, ConditionalCheckFailed, DuplicateItem, "
                            "ItemCollectionSizeLimitExceeded, TransactionConflict, "
                            "ProvisionedThroughputExceeded, ThrottlingError or ValidationError"});
  }
  if (problems.size() > before) return nullptr;
  return std::make_shared<CancelEffect>(std::move(settings));
}

}  // namespace dynadeck::faults
