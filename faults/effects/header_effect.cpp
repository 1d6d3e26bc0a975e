// `header`: the client says in a header of its request what is to happen to it.
#include <nlohmann/json.hpp>

#include "faults/effects/effects.h"
#include "harness/seam/error.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

class HeaderEffect : public Effect {
 public:
  explicit HeaderEffect(std::string name) : name_(std::move(name)) {}

  std::string_view kind() const override { return kHeaderKind; }
  Stage stage() const override { return Stage::kDelivery; }  // of whatever comes in it
  bool allows(At) const override { return true; }
  Json print() const override { return name_; }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    const auto value = request.headers.find(name_);
    if (!value) return next(request);
    Problems problems;
    const Fault fault = parse(*value, problems);
    if (problems.empty()) check(fault, *strike.abilities, problems);
    if (!problems.empty()) return refused(strike, problems);
    Strike inner = strike;
    inner.effect = fault.effect;
    inner.state = nullptr;
    inner.delay += fault.delay;
    if (!fault.effect->allows(inner.at)) inner.at = fault.effect->default_at();
    return fault.effect->apply(inner, request, next);
  }

 private:
  Fault parse(std::string_view value, Problems& problems) const {
    const Outcome<Node, Problems> document = parse_document(value);
    if (!document.ok()) {
      problems = document.error();
      return {};
    }
    return parse_fault(*document, name_, problems);
  }

  void check(const Fault& fault, const Abilities& abilities, Problems& problems) const {
    const std::string_view kind = fault.effect->kind();
    if (kind == kHeaderKind || kind == kRefuseKind) {
      problems.push_back({0, name_, std::string(kind) + " is for rules"});
    } else if (fault.effect->make_state()) {
      problems.push_back(
          {0, name_, std::string(kind) + " remembers earlier requests: put it into a rule"});
    } else if (std::string missing = fault.effect->missing(abilities); !missing.empty()) {
      problems.push_back({0, name_, std::move(missing)});
    }
  }

  // The client's mistake is the client's answer.
  Response refused(const Strike& strike, const Problems& problems) const {
    Response response = error_response("ValidationException", problems.front().to_string());
    strike.mark(response, kind());
    return response;
  }

  const std::string name_;
};

}  // namespace

ParsedEffect parse_header_effect(const Node& node, const std::string& path, Problems& problems) {
  const bool is_name = node.kind == Node::Kind::kScalar && !node.scalar.empty() &&
                       node.scalar.find_first_of(" :\t\r\n") == std::string::npos;
  if (is_name) return std::make_shared<HeaderEffect>(node.scalar);
  problems.push_back({node.line, path, "expected the name of a header, such as x-fault"});
  return nullptr;
}

}  // namespace dynadeck::faults
