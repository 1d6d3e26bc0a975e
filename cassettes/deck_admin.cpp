#include "cassettes/deck_admin.h"

#include <algorithm>
#include <atomic>
#include <initializer_list>
#include <optional>

#include "cassettes/deck.h"
#include "cassettes/json/text.h"
#include "cassettes/matching/difference.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::string_view kPrefix = "/_dynadeck/cassette";
constexpr std::size_t kShownBytes = 100;

// What is wrong with a body of these members; empty where nothing is: a name that is mistyped must
// not be taken for none.
std::string wrong_in(const AdminRequest& request, std::initializer_list<std::string_view> members) {
  if (request.body.empty()) return {};
  std::string wrong;
  const bool walked =
      for_each_member(request.body, [&](std::string_view name, std::string_view raw) {
        if (std::find(members.begin(), members.end(), name) == members.end()) {
          wrong = "there is no member " + std::string(name);
        } else if (!raw.starts_with('"')) {
          wrong = std::string(name) + ": " + shortened(raw, kShownBytes) + " is no text";
        }
        return wrong.empty();
      });
  return walked ? wrong : "the body is no JSON object";
}

// A parameter from the query, or from a JSON body.
std::string parameter(const AdminRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  if (found != request.query.end()) return found->second;
  return string_value(find_member(request.body, name));
}

Response done_or_error(const Outcome<Done, std::string>& done, int status) {
  return done ? admin_json(200, "{\"status\":\"ok\"}\n") : admin_error(status, done.error());
}

Response show_status(const Deck& deck) {
  const DeckStatus status = deck.status();
  const Stats& stats = deck.stats();
  std::string out = R"({"inserted":)";
  const auto flag = [](bool value) { return value ? "true" : "false"; };
  out += flag(status.inserted);
  if (status.inserted) {
    out += R"(,"tape":)";
    append_quoted(out, status.options.path);
    out.append(R"(,"mode":")").append(name_of(status.options.mode));
    out.append(R"(","order":")").append(name_of(status.options.order));
    out.append(R"(","repeat":")").append(name_of(status.options.repeat));
    out.append(R"(","unmatched":")").append(name_of(status.options.unmatched));
    out.append(R"(","playing":)").append(flag(status.playing));
    out.append(R"(,"recording":)").append(flag(status.recording));
    out.append(R"(,"stopped":)").append(flag(status.stopped));
  }
  if (!status.error.empty()) {
    out += R"(,"error":)";
    append_quoted(out, status.error);
  }
  const auto count = [&](std::string_view name, const std::atomic<std::uint64_t>& number) {
    out.append(",\"").append(name).append("\":").append(std::to_string(number.load()));
  };
  count("exchanges_recorded", stats.exchanges_recorded);
  count("exchanges_played", stats.exchanges_played);
  count("exchanges_unmatched", stats.exchanges_unmatched);
  count("exchanges_lost", stats.exchanges_lost);
  count("line_bytes", stats.line_bytes);
  count("tape_bytes", stats.tape_bytes);
  return admin_json(200, out + "}\n");
}

// The body: {"path": FILE, "mode": ..., ...} with the names of set_option; lists set one several
// times.
Outcome<CassetteOptions, std::string> read_options(const AdminRequest& request) {
  CassetteOptions options;
  options.path = parameter(request, "path");
  std::string wrong;
  const auto set = [&](std::string_view name, std::string_view raw) {
    if (name == "path") return true;
    const std::string value = raw.starts_with('"') ? string_value(raw) : std::string(raw);
    const auto done = set_option(options, name, value);
    if (!done) wrong = done.error();
    return done.ok();
  };
  const bool walked =
      request.body.empty() ||
      for_each_member(request.body, [&](std::string_view name, std::string_view raw) {
        if (!raw.starts_with('[')) return set(name, raw);
        for_each_element(raw, [&](std::string_view element) { return set(name, element); });
        return wrong.empty();
      });
  if (!walked) return std::string("the body is no JSON object");
  for (const auto& [name, value] : request.query) {
    if (!wrong.empty() || name == "path") continue;
    if (const auto done = set_option(options, name, value); !done) wrong = done.error();
  }
  if (!wrong.empty()) return wrong;
  if (options.path.empty()) return std::string("path: the file of the tape is missing");
  return options;
}

Response answer_insert(Deck& deck, const AdminRequest& request) {
  const auto options = read_options(request);
  if (!options) return admin_error(400, options.error());
  return done_or_error(deck.insert(*options), 409);
}

Response answer_eject(Deck& deck) {
  const auto report = deck.eject();
  return report ? admin_json(200, to_json(*report)) : admin_error(500, report.error());
}

Response answer_mark(Deck& deck, const AdminRequest& request) {
  const std::string wrong = wrong_in(request, {"name", "section", "session"});
  if (!wrong.empty()) return admin_error(400, wrong);
  std::string section = parameter(request, "name");
  if (section.empty()) section = parameter(request, "section");
  return done_or_error(deck.mark(section, parameter(request, "session")), 404);
}

}  // namespace

AdminHandler deck_handler(Deck& deck) {
  return [&deck](const AdminRequest& request) {
    std::string_view action = request.path;
    if (action.starts_with(kPrefix)) action.remove_prefix(kPrefix.size());
    while (action.starts_with('/')) action.remove_prefix(1);
    if (request.method == "GET") {
      if (action.empty() || action == "status") return show_status(deck);
      if (action == "unmatched") return admin_json(200, to_json(deck.report()));
    }
    if (request.method == "POST") {
      if (action == "insert") return answer_insert(deck, request);
      if (action == "eject") return answer_eject(deck);
      if (action == "mark") return answer_mark(deck, request);
      if (action == "start") return done_or_error(deck.set_stopped(false), 409);
      if (action == "stop") return done_or_error(deck.set_stopped(true), 409);
    }
    return admin_error(404,
                       "GET status, unmatched; POST insert, eject, start, stop, mark: below "
                       "/_dynadeck/cassette/ there is nothing else");
  };
}

}  // namespace dynadeck::cassettes
