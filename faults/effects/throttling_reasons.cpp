#include "faults/effects/throttling_reasons.h"

#include "faults/requests/body_scan.h"
#include "harness/seam/error.h"

namespace dynadeck::faults {
namespace {

// Takes the first of the words that stands there; whether one did.
bool take(std::string_view& text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (!text.starts_with(word)) continue;
    text.remove_prefix(word.size());
    return true;
  }
  return false;
}

std::string resource_of(std::string_view reason, const Request& request) {
  const BodyScan body(request);
  std::string arn = "arn:aws:dynamodb:" + request.scope.region + ":" + request.scope.account;
  if (reason.find("AccountLimit") != std::string_view::npos || body.tables().empty()) {
    return arn + ":table/" + (body.tables().empty() ? "*" : std::string(body.tables().front()));
  }
  arn += ":table/" + std::string(body.tables().front());
  if (reason.starts_with("Index") && !body.index().empty()) {
    arn += "/index/" + std::string(body.index());
  }
  return arn;
}

}  // namespace

bool is_throttling_reason(std::string_view reason) {
  return take(reason, {"Table", "Index"}) && take(reason, {"Read", "Write"}) &&
         take(reason, {"ProvisionedThroughputExceeded", "AccountLimitExceeded",
                       "KeyRangeThroughputExceeded", "MaxOnDemandThroughputExceeded"}) &&
         reason.empty();
}

std::vector<std::string> parse_throttling_reasons(Fields& fields, const Node& node) {
  std::vector<std::string> reasons = fields.texts("reasons");
  for (const std::string& reason : reasons) {
    if (is_throttling_reason(reason)) continue;
    fields.report(*node.find("reasons"), "reasons",
                  "found '" + reason +
                      "', expected Table or Index, then Read or Write, then "
                      "ProvisionedThroughputExceeded, AccountLimitExceeded, "
                      "KeyRangeThroughputExceeded or MaxOnDemandThroughputExceeded");
  }
  return reasons;
}

std::string throttling_members(std::string_view code, const std::vector<std::string>& reasons,
                               const Request& request) {
  if (reasons.empty()) return {};
  std::string members =
      code == "ThrottlingException" ? "\"throttlingReasons\":[" : "\"ThrottlingReasons\":[";
  for (const std::string& reason : reasons) {
    if (members.back() == '}') members += ',';
    members += R"({"reason":)";
    append_json_string(members, reason);
    members += R"(,"resource":)";
    append_json_string(members, resource_of(reason, request));
    members += '}';
  }
  return members + "]";
}

}  // namespace dynadeck::faults
