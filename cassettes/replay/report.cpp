#include "cassettes/replay/report.h"

#include "cassettes/json/text.h"
#include "cassettes/matching/difference.h"
#include "harness/seam/utf8.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kShownBytes = 200;

std::string in_section(const std::string& section) {
  return section.empty() ? std::string() : " in section " + section;
}

void append_count(std::string& out, std::uint64_t count, std::size_t shown) {
  if (count > shown) out += "  and " + std::to_string(count - shown) + " more\n";
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  append_quoted(out, is_utf8(text) ? text : std::string_view("(not UTF-8)"));
}

void append_number_member(std::string& out, std::string_view name, std::uint64_t number) {
  out.append(",\"").append(name).append("\":").append(std::to_string(number));
}

std::string to_json(const UnmatchedRequest& request) {
  std::string out = "{\"ordinal\":" + std::to_string(request.ordinal);
  if (!request.section.empty()) append_text_member(out, "section", request.section);
  append_text_member(out, "operation", request.operation);
  append_text_member(out, "scope", request.scope);
  append_text_member(out, "request", request.request);
  append_text_member(out, "reason", request.reason);
  if (request.nearest != 0) {
    append_number_member(out, "nearest", request.nearest);
    append_text_member(out, "nearest_request", request.nearest_request);
  }
  out += ",\"differences\":[";
  for (std::size_t i = 0; i < request.differences.size(); ++i) {
    if (i > 0) out += ',';
    append_quoted(out, request.differences[i]);
  }
  return out + "]}";
}

std::string to_json(const UnplayedExchange& exchange) {
  std::string out = "{\"sequence\":" + std::to_string(exchange.sequence);
  if (!exchange.section.empty()) append_text_member(out, "section", exchange.section);
  append_text_member(out, "operation", exchange.operation);
  append_text_member(out, "request", exchange.request);
  return out + "}";
}

template <typename Entry>
void append_list(std::string& out, std::string_view name, const std::vector<Entry>& entries) {
  out.append(",\"").append(name).append("\":[");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) out += ',';
    out += to_json(entries[i]);
  }
  out += ']';
}

}  // namespace

std::string to_text(const ReplayReport& report) {
  std::string out;
  if (report.replayed) {
    out +=
        "replay of " + report.tape + ": " + std::to_string(report.played) + " played, " +
        std::to_string(report.unmatched) + " unmatched, " +
        (report.passed_on == 0 ? "" : std::to_string(report.passed_on) + " passed on, ") +
        std::to_string(report.unplayed) + " of " + std::to_string(report.exchanges) + " unplayed" +
        (report.built == 0
             ? "\n"
             : "; " + std::to_string(report.built) + " answers were built from stream records\n");
    if (!report.cut_short.empty()) out += report.cut_short + "\n";
    if (!report.held_back.empty()) out += report.held_back + "\n";
  }
  if (report.recorded) {
    out += "recorded " + std::to_string(report.new_exchanges) + " exchanges to " + report.tape +
           " (" + std::to_string(report.new_bytes) + " bytes)\n";
  }
  for (const UnmatchedRequest& request : report.unmatched_requests) {
    out += "unmatched " + request.operation + in_section(request.section) + ": " +
           shortened(request.request, kShownBytes) + "\n  " + request.reason + "\n";
    for (const std::string& difference : request.differences) out += "    " + difference + "\n";
  }
  append_count(out, report.unmatched, report.unmatched_requests.size());
  if (!report.verify) return out;
  for (const UnplayedExchange& exchange : report.unplayed_exchanges) {
    out += "unplayed exchange " + std::to_string(exchange.sequence) + in_section(exchange.section) +
           ": " + exchange.operation + " " + shortened(exchange.request, kShownBytes) + "\n";
  }
  append_count(out, report.unplayed, report.unplayed_exchanges.size());
  return out;
}

std::string to_json(const ReplayReport& report) {
  std::string out = "{\"tape\":";
  append_quoted(out, report.tape);
  append_number_member(out, "exchanges", report.exchanges);
  append_number_member(out, "played", report.played);
  append_number_member(out, "built", report.built);
  append_number_member(out, "unmatched", report.unmatched);
  append_number_member(out, "passed_on", report.passed_on);
  append_number_member(out, "unplayed", report.unplayed);
  append_number_member(out, "recorded", report.new_exchanges);
  append_list(out, "unmatched_requests", report.unmatched_requests);
  append_list(out, "unplayed_exchanges", report.unplayed_exchanges);
  return out + "}\n";
}

}  // namespace dynadeck::cassettes
