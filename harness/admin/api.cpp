#include "harness/admin/api.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/seam/result.h"
#include "harness/seam/time_text.h"
#include "harness/seam/version.h"

namespace dynadeck {
namespace {

using nlohmann::json;
using std::chrono::microseconds;

std::string to_text(Clock::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02ld:%02ld:%02ld.%06ldZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<long>(clock.hours().count()),
                static_cast<long>(clock.minutes().count()),
                static_cast<long>(clock.seconds().count()),
                static_cast<long>(clock.subseconds().count()));
  return text.data();
}

Response clock_answer(const AdjustableClock& clock) {
  json answer;
  answer["now"] = to_text(clock.now());
  answer["frozen"] = clock.frozen();
  return admin_json(200, answer.dump() + "\n");
}

// What a PUT asks for, checked as a whole before any of it is done.
struct ClockChange {
  bool reset = false;
  std::optional<Clock::WallTime> now;
  std::optional<microseconds> advance;
  std::optional<bool> frozen;
};

std::optional<Clock::WallTime> time_of(const json& value) {
  if (value.is_number()) {
    return parse_time(value.dump());
  }
  return value.is_string() ? parse_time(value.get_ref<const std::string&>()) : std::nullopt;
}

std::optional<microseconds> signed_duration_of(const json& value) {
  if (!value.is_string()) return std::nullopt;
  std::string_view text = value.get_ref<const std::string&>();
  const bool back = text.starts_with('-');
  if (back) text.remove_prefix(1);
  const auto duration = parse_duration(text);
  if (!duration) return std::nullopt;
  return back ? -microseconds{*duration} : microseconds{*duration};
}

Outcome<ClockChange, std::string> read_change(const std::string& body) {
  const json document = json::parse(body, nullptr, false);
  if (!document.is_object()) return std::string("the body has to be a JSON object");
  ClockChange change;
  for (const auto& [name, value] : document.items()) {
    if (name == "now" && (change.now = time_of(value))) continue;
    if (name == "advance" && (change.advance = signed_duration_of(value))) continue;
    if (name == "frozen" && value.is_boolean()) {
      change.frozen = value.get<bool>();
      continue;
    }
    if (name == "reset" && value.is_boolean()) {
      change.reset = value.get<bool>();
      continue;
    }
    return "cannot use \"" + name + "\": " + value.dump() +
           R"(; known: "reset": true, "now": "2026-01-31T12:00:00Z", "advance": "90s", )"
           R"("frozen": true)";
  }
  return change;
}

void apply(const ClockChange& change, AdjustableClock& clock) {
  if (change.reset) clock.reset();
  if (change.now) clock.set(*change.now);
  if (change.advance) clock.advance(*change.advance);
  if (!change.frozen) return;
  if (*change.frozen) {
    clock.freeze();
  } else {
    clock.resume();
  }
}

}  // namespace

AdminHandler health_handler(std::string mode) {
  return [mode = std::move(mode)](const AdminRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") {
      return method_not_allowed(request, "GET");
    }
    json answer;
    answer["status"] = "ok";
    answer["version"] = version_number();
    answer["mode"] = mode;
    return admin_json(200, answer.dump() + "\n");
  };
}

AdminHandler reset_handler(Reset reset) {
  return [reset = std::move(reset)](const AdminRequest& request) {
    if (request.method != "POST") return method_not_allowed(request, "POST");
    for (const auto& [name, value] : request.query) {
      if (name != "account" && name != "region") {
        return admin_error(400, "unknown parameter '" + name + "'; known: account, region");
      }
    }
    const std::string problem =
        reset(query_parameter(request, "account"), query_parameter(request, "region"));
    if (!problem.empty()) return admin_error(409, problem);
    return admin_json(200, "{\"status\":\"ok\"}\n");
  };
}

AdminHandler clock_handler(AdjustableClock& clock) {
  return [&clock](const AdminRequest& request) {
    if (request.method == "GET" || request.method == "HEAD") return clock_answer(clock);
    if (request.method != "PUT") return method_not_allowed(request, "GET, PUT");
    const auto change = read_change(request.body);
    if (!change.ok()) return admin_error(400, change.error());
    apply(*change, clock);
    return clock_answer(clock);
  };
}

}  // namespace dynadeck
