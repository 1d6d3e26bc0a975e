// The journal over HTTP.
#include <algorithm>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "faults/effects/effect.h"
#include "faults/journal/journal.h"
#include "faults/language/fields.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

constexpr Duration kPoll = 5ms;
constexpr std::size_t kDefaultLimit = 1'000;

std::string outcome_of(const JournalEntry& entry) {
  if (!entry.error_code.empty()) return std::string(entry.error_code);
  return entry.status < 400 ? "ok" : "status-" + std::to_string(entry.status);
}

// Which entries a person asks for. A filter given twice takes either value.
struct Question {
  std::map<std::string, std::vector<std::string>> filters;
  std::size_t limit = kDefaultLimit;
  std::optional<std::uint64_t> wait_for;
  Duration timeout = 5s;
};

bool fits(const JournalEntry& entry, const std::string& name, const std::string& wanted) {
  if (name == "operation") return info(entry.operation).name == wanted;
  if (name == "table") {
    return std::find(entry.tables.begin(), entry.tables.end(), wanted) != entry.tables.end();
  }
  if (name == "outcome") {
    return outcome_of(entry) == wanted || (wanted == "error" && outcome_of(entry) != "ok");
  }
  if (name == "rule" || name == "kind") {
    return std::any_of(entry.faults.begin(), entry.faults.end(), [&](const auto& fault) {
      return (name == "rule" ? fault.rule : fault.kind) == wanted;
    });
  }
  if (name == "account") return entry.account == wanted;
  if (name == "region") return entry.region == wanted;
  if (name == "access_key") return entry.access_key == wanted;
  if (name == "session") return entry.session == wanted;
  if (name == "invocation_id") return entry.invocation_id == wanted;
  if (name == "attempt") return std::to_string(entry.attempt) == wanted;
  return name == "after" && entry.sequence > parse_count(wanted).value_or(0);
}

constexpr const char* kFilters[] = {"operation", "table",         "outcome", "rule",
                                    "kind",      "account",       "region",  "access_key",
                                    "session",   "invocation_id", "attempt", "after"};

bool fits(const JournalEntry& entry, const Question& question) {
  return std::all_of(question.filters.begin(), question.filters.end(), [&](const auto& filter) {
    return std::any_of(filter.second.begin(), filter.second.end(),
                       [&](const std::string& value) { return fits(entry, filter.first, value); });
  });
}

// What cannot fit any entry; empty where the value is fine.
std::string wrong_value(const std::string& name, const std::string& value) {
  if ((name == "attempt" || name == "after") && !parse_count(value)) {
    return name + ": found '" + value + "', expected a whole number";
  }
  const auto operations = all_operations();
  const bool known = std::any_of(operations.begin(), operations.end(),
                                 [&](const OperationInfo& each) { return each.name == value; });
  if (name == "operation" && !known) return "operation: there is no operation '" + value + "'";
  return {};
}

Outcome<Question, std::string> parse_question(const AdminRequest& request) {
  Question question;
  for (const auto& [name, value] : request.query) {
    if (std::find(std::begin(kFilters), std::end(kFilters), name) != std::end(kFilters)) {
      if (std::string problem = wrong_value(name, value); !problem.empty()) return problem;
      question.filters[name].push_back(value);
    } else if (name == "limit" && parse_count(value)) {
      question.limit = *parse_count(value);
    } else if (name == "wait" && parse_count(value)) {
      question.wait_for = parse_count(value);
    } else if (name == "timeout" && parse_duration(value) && *parse_duration(value) <= 10min) {
      question.timeout = *parse_duration(value);
    } else if (name == "limit" || name == "wait") {
      return name + ": found '" + value + "', expected a whole number";
    } else if (name == "timeout") {
      return name + ": found '" + value + "', expected a time up to 10m, such as 500ms or 2s";
    } else {
      return "'" + name +
             "' is not known; known are operation, table, outcome, rule, kind, account, region, "
             "access_key, session, invocation_id, attempt, after, limit, wait, timeout";
    }
  }
  return question;
}

Json print(const JournalEntry& entry) {
  Json json = {{"sequence", entry.sequence},
               {"operation", info(entry.operation).name},
               {"tables", entry.tables},
               {"outcome", outcome_of(entry)},
               {"status", entry.status},
               {"time_micros", entry.time.time_since_epoch().count()},
               {"duration_micros", std::chrono::duration_cast<Duration>(entry.duration).count()},
               {"account", entry.account},
               {"region", entry.region},
               {"access_key", entry.access_key},
               {"request_id", entry.request_id},
               {"attempt", entry.attempt}};
  if (!entry.session.empty()) json["session"] = entry.session;
  if (!entry.invocation_id.empty()) json["invocation_id"] = entry.invocation_id;
  json["faults"] = Json::array();
  for (const JournalEntry::Fault& fault : entry.faults) {
    json["faults"].push_back({{"rule", fault.rule}, {"kind", fault.kind}});
  }
  return json;
}

using Tally = std::map<std::string, std::uint64_t>;

struct Answer {
  std::uint64_t count = 0;
  Tally operations;
  Tally tables;
  Tally outcomes;
  Tally rules;
  std::deque<Json> newest;
};

Answer ask(const Journal& journal, const Question& question) {
  Answer answer;
  journal.for_each([&](const JournalEntry& entry) {
    if (!fits(entry, question)) return;
    ++answer.count;
    ++answer.operations[std::string(info(entry.operation).name)];
    for (const std::string_view table : entry.tables) ++answer.tables[std::string(table)];
    ++answer.outcomes[outcome_of(entry)];
    for (const auto& fault : entry.faults) ++answer.rules[std::string(fault.rule)];
    if (question.limit == 0) return;
    answer.newest.push_back(print(entry));
    if (answer.newest.size() > question.limit) answer.newest.pop_front();
  });
  return answer;
}

Response answer_now(const Journal& journal, const Question& question, bool timed_out) {
  const Answer answer = ask(journal, question);
  Json json = {{"count", answer.count}, {"recorded", journal.recorded()}};
  if (question.wait_for) json["reached"] = !timed_out;
  json["counts"] = {{"operation", answer.operations},
                    {"table", answer.tables},
                    {"outcome", answer.outcomes},
                    {"rule", answer.rules}};
  json["requests"] = answer.newest;
  return admin_json(200, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::uint64_t count_of(const Journal& journal, const Question& question) {
  std::uint64_t count = 0;
  journal.for_each([&](const JournalEntry& entry) { count += fits(entry, question) ? 1 : 0; });
  return count;
}

// Looks, and looks again later without holding a worker in between. seen: the version that was
// looked through last.
Response wait(const Journal& journal, const Clock& clock, Question question,
              Clock::MonotonicTime deadline, std::optional<std::uint64_t> seen = std::nullopt) {
  const std::uint64_t version = journal.version();
  const bool reached = version != seen && count_of(journal, question) >= *question.wait_for;
  const bool timed_out = !reached && clock.monotonic() >= deadline;
  if (reached || timed_out) return answer_now(journal, question, timed_out);
  return later(kPoll, [&journal, &clock, question = std::move(question), deadline, version] {
    return wait(journal, clock, question, deadline, version);
  });
}

Response read(const AdminRequest& request, const Journal& journal, const Clock& clock) {
  Outcome<Question, std::string> question = parse_question(request);
  if (!question.ok()) return admin_error(400, question.error());
  if (!question->wait_for) return answer_now(journal, *question, false);
  const Clock::MonotonicTime deadline = clock.monotonic() + question->timeout;
  return wait(journal, clock, std::move(question).value(), deadline);
}

}  // namespace

AdminHandler journal_handler(Journal& journal, const Clock& clock) {
  return [&journal, &clock](const AdminRequest& request) {
    if (request.method == "GET") return read(request, journal, clock);
    if (request.method == "DELETE") {
      journal.clear();
      return admin_json(200, "{}\n");
    }
    return admin_error(405, request.path + " answers GET and DELETE");
  };
}

}  // namespace dynadeck::faults
