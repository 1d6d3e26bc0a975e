// `error`: an error of DynamoDB's, or one of the user's own.
#include <nlohmann/json.hpp>
#include <optional>

#include "faults/effects/cancel_effect.h"
#include "faults/effects/effects.h"
#include "faults/effects/error_catalog.h"
#include "faults/effects/throttling_reasons.h"
#include "harness/seam/error.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

struct ErrorSettings {
  std::string code;
  std::optional<std::string> message;  // AWS's without
  std::optional<std::uint64_t> status;
  Json members;  // further members of the body; null without
  std::vector<std::string> reasons;
  std::optional<Duration> retry_after;
};

// By its name alone, a cancelled transaction is one whose first action was in conflict: AWS never
// sends that error without its reasons.
bool has_own_form(const ErrorSettings& settings) {
  return settings.code == "TransactionCanceledException" && !settings.message &&
         !settings.members.is_object();
}

std::vector<CancellationReason> first_action_in_conflict(const Request& request) {
  const std::size_t actions = std::max<std::size_t>(1, action_count(request));
  std::vector<CancellationReason> reasons(actions, {"None", "", ""});
  reasons.front().code = "TransactionConflict";
  return reasons;
}

class ErrorEffect : public Effect {
 public:
  explicit ErrorEffect(ErrorSettings settings) : settings_(std::move(settings)) {
    if (!settings_.members.is_object()) return;
    members_ = settings_.members.dump(-1, ' ', false, Json::error_handler_t::replace);
    members_ = members_.substr(1, members_.size() - 2);
  }

  std::string_view kind() const override { return "error"; }
  Stage stage() const override { return Stage::kAnswer; }
  bool allows(At) const override { return true; }
  bool takes_delay() const override { return true; }

  Json print() const override {
    Json json = {{"code", settings_.code}};
    if (settings_.message) json["message"] = *settings_.message;
    if (settings_.status) json["status"] = *settings_.status;
    if (!settings_.reasons.empty()) json["reasons"] = settings_.reasons;
    if (settings_.retry_after) json["retry_after"] = print_duration(*settings_.retry_after);
    if (settings_.members.is_object()) json["members"] = settings_.members;
    if (json.size() == 1) return settings_.code;
    return json;
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    if (strike.at == At::kBefore) return answer(strike, request);
    return when_ready(next(request), [this, strike, &request](Response done) {
      // An operation that failed by itself has not committed; its own error stands.
      if (!done.ok()) return done;
      Response failed = answer(strike, request);
      failed.faults.insert(failed.faults.begin(), done.faults.begin(), done.faults.end());
      return failed;
    });
  }

 private:
  Response answer(const Strike& strike, const Request& request) const {
    const bool of_index =
        !settings_.reasons.empty() && settings_.reasons.front().starts_with("Index");
    const std::string_view message =
        settings_.message ? std::string_view(*settings_.message)
                          : default_message(settings_.code, request.operation, of_index);
    std::string members = throttling_members(settings_.code, settings_.reasons, request);
    if (!members.empty() && !members_.empty()) members += ',';
    members += members_;
    Response response = has_own_form(settings_) ? cancelled(first_action_in_conflict(request))
                                                : error_response(settings_.code, message, members);
    if (settings_.status) response.status = static_cast<int>(*settings_.status);
    if (settings_.retry_after) {
      const auto hint =
          std::chrono::duration_cast<std::chrono::milliseconds>(*settings_.retry_after);
      response.headers.add("x-amz-retry-after", std::to_string(hint.count()));
    }
    strike.mark(response, kind());
    return response;
  }

  const ErrorSettings settings_;
  std::string members_;  // as text, without braces
};

// One of several errors, by a draw for each request.
class SomeErrorEffect : public Effect {
 public:
  explicit SomeErrorEffect(std::vector<ParsedEffect> errors) : errors_(std::move(errors)) {}

  std::string_view kind() const override { return "error"; }
  Stage stage() const override { return Stage::kAnswer; }
  bool allows(At) const override { return true; }
  bool takes_delay() const override { return true; }

  Json print() const override {
    Json list = Json::array();
    for (const ParsedEffect& error : errors_) list.push_back(error->print());
    return list;
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    const double draw = strike.dice.unit("error") * static_cast<double>(errors_.size());
    return errors_[static_cast<std::size_t>(draw)]->apply(strike, request, next);
  }

 private:
  const std::vector<ParsedEffect> errors_;
};

// The error that was probably meant: names are easily cut short.
std::string meant_by(const std::string& code) {
  for (const char* ending : {"Exception", "Error", ""}) {
    for (const ErrorShape& shape : all_errors()) {
      const std::string longer = code + ending;
      const bool same = std::equal(shape.code.begin(), shape.code.end(), longer.begin(),
                                   longer.end(), [](unsigned char left, unsigned char right) {
                                     return std::tolower(left) == std::tolower(right);
                                   });
      if (same) return std::string(shape.code);
    }
  }
  return {};
}

bool is_error_name(std::string_view code) {
  return !code.empty() && code.size() <= 128 &&
         code.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
             "_.:-") == std::string_view::npos;
}

ParsedEffect parse_some_error(const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  if (node.list.empty()) problems.push_back({node.line, path, "expected one error or more"});
  std::vector<ParsedEffect> errors;
  for (std::size_t at = 0; at < node.list.size(); ++at) {
    const std::string where = path + "[" + std::to_string(at) + "]";
    if (node.list[at].kind == Node::Kind::kList) {
      problems.push_back({node.list[at].line, where, "expected an error"});
    } else {
      errors.push_back(parse_error_effect(node.list[at], where, problems));
    }
  }
  if (problems.size() > before) return nullptr;
  return std::make_shared<SomeErrorEffect>(std::move(errors));
}

}  // namespace

ParsedEffect parse_error_effect(const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  if (node.kind == Node::Kind::kList) return parse_some_error(node, path, problems);
  ErrorSettings settings;
  if (node.kind == Node::Kind::kScalar) {
    settings.code = node.scalar;
  } else {
    Fields fields(node, path, problems);
    settings.code = fields.text("code").value_or("");
    settings.message = fields.text("message");
    settings.status = fields.count("status", 200);
    settings.reasons = parse_throttling_reasons(fields, node);
    settings.retry_after = fields.duration("retry_after");
    if (const Node* members = fields.raw("members")) {
      if (members->kind != Node::Kind::kMap) fields.report(*members, "members", "expected a map");
      settings.members = to_json(*members);
    }
    fields.finish();
    if (settings.status && *settings.status > 599) {
      fields.report(*node.find("status"), "status", "expected an HTTP status up to 599");
    }
  }
  const bool own_words = settings.message || settings.status || settings.members.is_object();
  if (!is_error_name(settings.code)) {
    problems.push_back({node.line, path, "expected an error's name in `code`"});
  } else if (!is_known_error(settings.code) && !own_words) {
    const std::string meant = meant_by(settings.code);
    problems.push_back({node.line, path,
                        "'" + settings.code + "' is no error of DynamoDB's" +
                            (meant.empty() ? "" : ", but " + meant + " is") +
                            "; give a message or a status to invent one"});
  }
  if (problems.size() > before) return nullptr;
  return std::make_shared<ErrorEffect>(std::move(settings));
}

}  // namespace dynadeck::faults
