#include "cassettes/tape/header.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "cassettes/json/text.h"
#include "cassettes/tape/format.h"

namespace dynadeck::cassettes {
namespace {

struct NamedText {
  std::string_view name;
  std::string_view text;
};

template <std::size_t count>
void append_rule(std::string& out, const std::array<NamedText, count>& members) {
  if (out.size() > 1) out += ',';
  out += '{';
  bool first = true;
  for (const auto& [name, text] : members) {
    if (text.empty()) continue;
    if (!first) out += ',';
    first = false;
    append_quoted(out, name);
    out += ':';
    append_quoted(out, text);
  }
  out += '}';
}

bool digits(std::string_view text, std::size_t from, std::size_t count, int& number) {
  if (text.size() < from + count) return false;
  const char* const start = text.data() + from;
  const auto [end, error] = std::from_chars(start, start + count, number);
  return error == std::errc{} && end == start + count;
}

}  // namespace

std::string format_time(Clock::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char buffer[64];
  const int length = std::snprintf(
      buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return std::string(buffer, static_cast<std::size_t>(length));
}

bool parse_time(std::string_view text, Clock::WallTime& time) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0;
  if (!digits(text, 0, 4, year) || !digits(text, 5, 2, month) || !digits(text, 8, 2, day) ||
      !digits(text, 11, 2, hour) || !digits(text, 14, 2, minute) || !digits(text, 17, 2, second)) {
    return false;
  }
  if (text.size() > 20 && !digits(text, 20, 6, fraction)) return false;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return false;
  time = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::microseconds(fraction);
  return true;
}

std::string to_json(const std::vector<MatchRule>& rules) {
  std::string out = "[";
  for (const MatchRule& rule : rules) {
    append_rule<5>(out, {{{"operation", rule.operation},
                          {"table", rule.table},
                          {"ignore", rule.ignore},
                          {"normalise", rule.normalise},
                          {"only", rule.only}}});
  }
  return out + "]";
}

std::string to_json(const std::vector<RedactionRule>& rules) {
  std::string out = "[";
  for (const RedactionRule& rule : rules) {
    append_rule<3>(
        out, {{{"path", rule.path}, {"attribute", rule.attribute}, {"pattern", rule.pattern}}});
  }
  return out + "]";
}

std::vector<MatchRule> match_rules_from_json(std::string_view array) {
  std::vector<MatchRule> rules;
  for_each_element(array, [&](std::string_view raw) {
    const auto text = [&](std::string_view name) { return string_value(find_member(raw, name)); };
    rules.push_back(
        {text("operation"), text("table"), text("ignore"), text("normalise"), text("only")});
    return true;
  });
  return rules;
}

std::vector<RedactionRule> redaction_rules_from_json(std::string_view array) {
  std::vector<RedactionRule> rules;
  for_each_element(array, [&](std::string_view raw) {
    const auto text = [&](std::string_view name) { return string_value(find_member(raw, name)); };
    rules.push_back({text("path"), text("attribute"), text("pattern")});
    return true;
  });
  return rules;
}

std::string to_line(const TapeHeader& header) {
  std::string out = R"({"type":"header","format":")";
  out.append(kFormatName).append(R"(","version":)").append(std::to_string(header.version));
  out.append(R"(,"created":")").append(format_time(header.created)).append("\"");
  out += R"(,"dynadeck":)";
  append_quoted(out, header.dynadeck_version);
  out.append(R"(,"seed":)").append(std::to_string(header.seed));
  out.append(R"(,"clock":{"start":")").append(format_time(header.clock_start));
  out.append(R"(","frozen":)").append(header.clock_frozen ? "true" : "false");
  out.append(R"(},"taped":{"faults":")").append(header.faults_clean ? "clean" : "injected");
  out.append(R"("},"redactions":)").append(to_json(header.redactions));
  if (!header.salt.empty()) {
    out += R"(,"salt":)";
    append_quoted(out, header.salt);
  }
  if (!header.match.empty()) out.append(R"(,"match":)").append(to_json(header.match));
  return out + "}\n";
}

Outcome<TapeHeader, std::string> parse_header(std::string_view line) {
  TapeHeader header;
  std::string format;
  std::string_view version;
  const bool walked = for_each_member(line, [&](std::string_view name, std::string_view raw) {
    if (name == "format") {
      format = string_value(raw);
    } else if (name == "version") {
      version = raw;
    } else if (name == "created") {
      parse_time(string_value(raw), header.created);
    } else if (name == "dynadeck") {
      header.dynadeck_version = string_value(raw);
    } else if (name == "seed") {
      header.seed = unsigned_value(raw);
    } else if (name == "clock") {
      parse_time(string_value(find_member(raw, "start")), header.clock_start);
      header.clock_frozen = find_member(raw, "frozen") == "true";
    } else if (name == "taped") {
      header.faults_clean = string_value(find_member(raw, "faults")) == "clean";
    } else if (name == "redactions") {
      header.redactions = redaction_rules_from_json(raw);
    } else if (name == "salt") {
      header.salt = string_value(raw);
    } else if (name == "match") {
      header.match = match_rules_from_json(raw);
    }
    return true;
  });
  if (!walked || format != kFormatName) return std::string("not a dynadeck cassette");
  if (version != std::to_string(kFormatVersion)) {
    return "a cassette of version " + std::string(version.substr(0, 20)) +
           "; this dynadeck reads version " + std::to_string(kFormatVersion);
  }
  return header;
}

}  // namespace dynadeck::cassettes
