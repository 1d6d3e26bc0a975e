// `stale`, `index_lag` and `page`: reads that are right, but not what a test expects.
#include <algorithm>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "faults/effects/effects.h"
#include "faults/requests/canonical_hash.h"
#include "harness/seam/request_view.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

bool is_true(const nlohmann::json& holder, const char* name) {
  if (!holder.is_object()) return false;
  const auto found = holder.find(name);
  return found != holder.end() && found->is_boolean() && found->get<bool>();
}

// Whether some of the read may be eventually consistent.
bool may_be_stale(const Request& request) {
  const nlohmann::json& document = request.view().document();
  switch (request.operation) {
    case Operation::kGetItem:
    case Operation::kQuery:
    case Operation::kScan:
    case Operation::kExecuteStatement:
      return !is_true(document, "ConsistentRead");
    case Operation::kBatchGetItem: {
      if (!document.is_object() || !document.contains("RequestItems")) return false;
      const nlohmann::json& tables = document["RequestItems"];
      return tables.is_object() && std::any_of(tables.begin(), tables.end(), [](const auto& table) {
               return !is_true(table, "ConsistentRead");
             });
    }
    default:
      return false;  // TransactGetItems reads committed data
  }
}

// Asks the engine for an older snapshot. Strongly consistent reads stay right: the engine keeps
// them so, and nothing is noted for them.
class HintEffect : public Effect {
 public:
  HintEffect(bool index, Duration by) : index_(index), by_(by) {}

  std::string_view kind() const override { return index_ ? "index_lag" : "stale"; }
  Stage stage() const override { return Stage::kOperation; }
  bool allows(At at) const override { return at == At::kBefore; }
  Json print() const override { return {{"by", print_duration(by_)}}; }

  std::string missing(const Abilities& abilities) const override {
    if (abilities.snapshots) return {};
    return "the fault " + std::string(kind()) +
           " needs the embedded engine's snapshots; what answers here (an upstream or a cassette) "
           "has none";
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    if (!may_be_stale(request) || (index_ && request.view().index().empty())) {
      return next(request);
    }
    Request asked = request.with_body(request.body);
    const auto by = std::chrono::duration_cast<std::chrono::milliseconds>(by_);
    std::chrono::milliseconds& hint = index_ ? asked.hints.index_lag : asked.hints.stale_by;
    hint = std::max(hint, by);
    return send_on(next, std::move(asked), [this, strike](const Request&, Response response) {
      if (response.ok()) strike.mark(response, kind());
      return response;
    });
  }

 private:
  const bool index_;
  const Duration by_;
};

// Which pages have been given out empty, and where the one after each has to begin. Bounded: what
// is forgotten comes empty once more.
class EmptyPages : public EffectState {
 public:
  void reset() override {
    const std::lock_guard lock(mutex_);
    given_.clear();
    held_.clear();
    order_.clear();
  }
  // Whether this is the first time.
  bool first_time(std::uint64_t page) {
    const std::lock_guard lock(mutex_);
    if (!given_.insert(page).second) return false;
    order_.push_back(page);
    return true;
  }
  // The next page is to begin at `start`: the client has been told a key further on.
  void hold(std::uint64_t next_page, Json start) {
    const std::lock_guard lock(mutex_);
    held_[next_page] = std::move(start);
    order_.push_back(next_page);
    while (order_.size() > kKept) {
      given_.erase(order_.front());
      held_.erase(order_.front());
      order_.pop_front();
    }
  }
  // The key to begin at, null for the beginning; nothing where no items are held for this page. An
  // answer stands, however often it is asked for: clients retry.
  std::optional<Json> held_for(std::uint64_t page) const {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(page);
    return found == held_.end() ? std::nullopt : std::optional<Json>(found->second);
  }

 private:
  static constexpr std::size_t kKept = 20'000;
  mutable std::mutex mutex_;
  std::unordered_set<std::uint64_t> given_;  // guarded by mutex_, like the rest
  std::unordered_map<std::uint64_t, Json> held_;
  std::deque<std::uint64_t> order_;
};

bool is_paged(Operation operation) {
  return operation == Operation::kQuery || operation == Operation::kScan;
}

Json parse_object(const std::string& body) {
  Json json = Json::parse(body, nullptr, false);
  return json.is_object() ? json : Json();
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Lets Query and Scan evaluate fewer items than they were asked for, as a real table does at 1 MB.
// LastEvaluatedKey is the engine's own and always right.
//
// An empty page has the key of the item that it holds back: paginators give up where a key comes
// twice. What is held back comes with the next page.
class PageEffect : public Effect {
 public:
  explicit PageEffect(std::optional<std::uint64_t> items) : items_(items) {}

  std::string_view kind() const override { return "page"; }
  Stage stage() const override { return Stage::kOperation; }
  bool allows(At at) const override { return at == At::kBefore; }
  Json print() const override {
    if (items_) return {{"items", *items_}};
    return {{"empty", true}};
  }
  std::unique_ptr<EffectState> make_state() const override {
    if (items_) return nullptr;
    return std::make_unique<EmptyPages>();
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    if (!is_paged(request.operation)) return next(request);
    const Json document = parse_object(request.body);
    if (document.is_null()) return next(request);
    if (items_) return cut(*items_, document, strike, request, next);
    return empty(document, strike, request, next);
  }

 private:
  Response cut(std::uint64_t items, Json document, const Strike& strike, const Request& request,
               const Next& next) const {
    const auto limit = document.find("Limit");
    if (limit != document.end()) {
      // A Limit that is wrong is for the engine to refuse.
      const bool larger = limit->is_number_unsigned() && limit->get<std::uint64_t>() > items;
      if (!larger) return next(request);
    }
    document["Limit"] = items;
    return send_on(next, request.with_body(text_of(document)),
                   [this, strike](const Request&, Response response) {
                     const bool is_cut =
                         response.ok() &&
                         response.body.find("\"LastEvaluatedKey\"") != std::string::npos;
                     if (is_cut) strike.mark(response, kind());
                     return response;
                   });
  }

  Response empty(const Json& document, const Strike& strike, const Request& request,
                 const Next& next) const {
    auto& pages = static_cast<EmptyPages&>(*strike.state);
    const std::uint64_t page = canonical_hash(request);
    if (const std::optional<Json> start = pages.held_for(page)) {
      return send_on(next, request.with_body(text_of(starting_at(document, *start))),
                     [](const Request&, Response response) { return response; });
    }
    // A page of one item that is held back would be its own successor.
    const auto limit = document.find("Limit");
    if (limit != document.end() && (!limit->is_number_unsigned() || *limit < 2)) {
      return next(request);
    }
    if (!pages.first_time(page)) return next(request);
    Json one = document;
    one["Limit"] = 1;  // so that what is wrong with the request is said
    return send_on(next, request.with_body(text_of(one)),
                   [this, strike, document, &request](const Request&, Response response) {
                     return emptied(document, strike, request, std::move(response));
                   });
  }

  Response emptied(const Json& document, const Strike& strike, const Request& request,
                   Response response) const {
    Json body = parse_object(response.body);
    if (!response.ok() || !body.contains("LastEvaluatedKey")) return response;
    const auto start = document.find("ExclusiveStartKey");
    const Request following =
        request.with_body(text_of(starting_at(document, body["LastEvaluatedKey"])));
    static_cast<EmptyPages&>(*strike.state)
        .hold(canonical_hash(following), start == document.end() ? Json() : *start);
    if (body.contains("Items")) body["Items"] = Json::array();
    body["Count"] = 0;
    body["ScannedCount"] = 0;
    response.body = text_of(body);
    strike.mark(response, kind());
    return response;
  }

  // key: null for the beginning.
  static Json starting_at(Json document, const Json& key) {
    if (key.is_null()) {
      document.erase("ExclusiveStartKey");
    } else {
      document["ExclusiveStartKey"] = key;
    }
    return document;
  }

  const std::optional<std::uint64_t> items_;  // nothing: empty pages
};

ParsedEffect parse_hint(bool index, const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  Fields fields(node, path, problems);
  const auto by = fields.duration("by");
  fields.finish();
  if (!fields.has("by")) fields.report("expected by: how far behind");
  if (by && *by > kLongestPast) {
    fields.report(*node.find("by"), "by",
                  "found " + print_duration(*by) + ", and the engine keeps no more than " +
                      print_duration(kLongestPast) + " of its past");
  }
  if (problems.size() > before) return nullptr;
  return std::make_shared<HintEffect>(index, *by);
}

}  // namespace

ParsedEffect parse_stale_effect(const Node& node, const std::string& path, Problems& problems) {
  return parse_hint(false, node, path, problems);
}

ParsedEffect parse_index_lag_effect(const Node& node, const std::string& path, Problems& problems) {
  return parse_hint(true, node, path, problems);
}

ParsedEffect parse_page_effect(const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  Fields fields(node, path, problems);
  const auto items = fields.count("items", 1);
  const auto empty = fields.flag("empty");
  fields.finish();
  if (items.has_value() == empty.value_or(false)) {
    fields.report("expected either items, or empty: true");
  }
  if (problems.size() > before) return nullptr;
  return std::make_shared<PageEffect>(items);
}

}  // namespace dynadeck::faults
