// `unprocessed`: BatchWriteItem and BatchGetItem that do a part of their work.
#include "faults/effects/unprocessed_effect.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "faults/effects/effects.h"
#include "faults/effects/error_catalog.h"
#include "harness/seam/error.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

const char* unprocessed_member(Operation operation) {
  return operation == Operation::kBatchGetItem ? "UnprocessedKeys" : "UnprocessedItems";
}

// The list of elements in one table's entry of RequestItems; null where there is none.
template <typename Entry>
Entry* elements_of(Operation operation, Entry& entry) {
  Entry* list = &entry;
  if (operation == Operation::kBatchGetItem) {
    const auto keys = entry.is_object() ? entry.find("Keys") : entry.end();
    if (!entry.is_object() || keys == entry.end()) return nullptr;
    list = &*keys;
  }
  return list->is_array() ? list : nullptr;
}

// RequestItems with those elements only for which held_back has the value `wanted`; tables without
// any are left out.
Json part_of(Operation operation, const Json& items, const std::vector<bool>& held_back,
             bool wanted) {
  Json part = Json::object();
  std::size_t index = 0;
  for (const auto& [table, entry] : items.items()) {
    Json kept = entry;
    Json* list = elements_of(operation, kept);
    if (list == nullptr) continue;
    Json chosen = Json::array();
    for (Json& element : *list) {
      if (held_back[index++] == wanted) chosen.push_back(std::move(element));
    }
    if (chosen.empty()) continue;
    *list = std::move(chosen);
    part[table] = std::move(kept);
  }
  return part;
}

void merge(Operation operation, Json& into, const Json& more) {
  for (const auto& [table, entry] : more.items()) {
    Json* list = into.contains(table) ? elements_of(operation, into[table]) : nullptr;
    const Json* added = elements_of(operation, entry);
    if (list == nullptr || added == nullptr) {
      into[table] = entry;
    } else {
      list->insert(list->end(), added->begin(), added->end());
    }
  }
}

std::string as_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Response with_unprocessed(Operation operation, Response response, const Json& held) {
  if (!response.ok()) return response;
  Json body = Json::parse(response.body, nullptr, false);
  if (!body.is_object()) return response;
  Json& unprocessed = body[unprocessed_member(operation)];
  if (!unprocessed.is_object()) unprocessed = Json::object();
  merge(operation, unprocessed, held);
  response.body = as_text(body);
  return response;
}

struct UnprocessedSettings {
  std::optional<double> fraction;      // each element by itself
  std::optional<std::uint64_t> count;  // the last so many
  std::vector<std::uint64_t> items;    // by their places, from 0
  bool whole_is_error = true;          // what AWS does where nothing at all was processed
};

class UnprocessedEffect : public Effect {
 public:
  explicit UnprocessedEffect(UnprocessedSettings settings) : settings_(std::move(settings)) {}

  std::string_view kind() const override { return "unprocessed"; }
  Stage stage() const override { return Stage::kOperation; }
  bool allows(At at) const override { return at == At::kBefore; }

  Json print() const override {
    Json json = Json::object();
    if (settings_.fraction) json["fraction"] = *settings_.fraction;
    if (settings_.count) json["count"] = *settings_.count;
    if (!settings_.items.empty()) json["items"] = settings_.items;
    if (!settings_.whole_is_error) json["whole"] = "answer";
    return json;
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    if (!is_batch(request.operation)) return next(request);
    const Json document = Json::parse(request.body, nullptr, false);
    const std::size_t size = batch_elements(request.operation, document).size();
    const std::vector<bool> held_back = choose(strike.dice, size);
    const auto held =
        static_cast<std::size_t>(std::count(held_back.begin(), held_back.end(), true));
    if (held == 0) return next(request);
    const bool fails = held == size && settings_.whole_is_error;
    const Operation operation = request.operation;
    return when_ready(answer_partly(strike, request, next, document, held_back),
                      [strike, fails, operation](Response response) {
                        if (!response.ok()) return response;
                        if (fails) response = throttled(operation, std::move(response.faults));
                        strike.mark(response, "unprocessed");
                        return response;
                      });
  }

 private:
  static Response throttled(Operation operation, std::vector<InjectedFault> faults) {
    constexpr std::string_view kCode = "ProvisionedThroughputExceededException";
    Response response = error_response(kCode, default_message(kCode, operation));
    response.faults = std::move(faults);
    return response;
  }

  std::vector<bool> choose(const Dice& dice, std::size_t size) const {
    std::vector<bool> held_back(size, false);
    for (std::size_t at = 0; at < size; ++at) {
      if (settings_.fraction) {
        held_back[at] = dice.unit("item/" + std::to_string(at)) < *settings_.fraction;
      }
      if (settings_.count && size - at <= *settings_.count) held_back[at] = true;
    }
    for (const std::uint64_t place : settings_.items) {
      if (place < size) held_back[place] = true;
    }
    return held_back;
  }

  const UnprocessedSettings settings_;
};

}  // namespace

bool is_batch(Operation operation) {
  return operation == Operation::kBatchGetItem || operation == Operation::kBatchWriteItem;
}

std::vector<std::pair<std::string, Json>> batch_elements(Operation operation,
                                                         const Json& document) {
  std::vector<std::pair<std::string, Json>> elements;
  if (!document.is_object()) return elements;
  const auto items = document.find("RequestItems");
  if (items == document.end() || !items->is_object()) return elements;
  for (const auto& [table, entry] : items->items()) {
    const Json* list = elements_of(operation, entry);
    if (list == nullptr) continue;
    for (const Json& element : *list) elements.emplace_back(table, element);
  }
  return elements;
}

namespace {

// The service behind validates all of it, and leaves out what is held back.
Response hold_back(const Request& request, const Next& next, const std::vector<bool>& held_back) {
  Request asked = request.with_body(request.body);
  std::vector<std::uint32_t>& places = asked.hints.held_back;
  for (std::uint32_t place = 0; place < held_back.size(); ++place) {
    if (held_back[place]) places.push_back(place);
  }
  // Another rule may hold back more of the same batch.
  places.insert(places.end(), request.hints.held_back.begin(), request.hints.held_back.end());
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return send_on(next, std::move(asked),
                 [](const Request&, Response response) { return response; });
}

}  // namespace

Response answer_partly(const Strike& strike, const Request& request, const Next& next,
                       const Json& document, const std::vector<bool>& held_back) {
  if (strike.abilities->holds_back) return hold_back(request, next, held_back);
  const Operation operation = request.operation;
  const Json& items = *document.find("RequestItems");
  Json held = part_of(operation, items, held_back, true);
  Json rest = part_of(operation, items, held_back, false);
  if (rest.empty()) {
    Response response;
    response.body = operation == Operation::kBatchGetItem ? R"({"Responses":{}})" : "{}";
    return with_unprocessed(operation, std::move(response), held);
  }
  Json body = document;
  body["RequestItems"] = std::move(rest);
  return send_on(next, request.with_body(as_text(body)),
                 [operation, held = std::move(held)](const Request&, Response response) {
                   return with_unprocessed(operation, std::move(response), held);
                 });
}

ParsedEffect parse_unprocessed_effect(const Node& node, const std::string& path,
                                      Problems& problems) {
  const std::size_t before = problems.size();
  UnprocessedSettings settings;
  Fields fields(node, path, problems);
  settings.fraction = fields.probability("fraction");
  settings.count = fields.count("count", 1);
  settings.items = fields.counts("items");
  settings.whole_is_error = fields.word("whole", {"error", "answer"}).value_or(0) == 0;
  fields.finish();
  if (!settings.fraction && !settings.count && settings.items.empty()) {
    fields.report("expected fraction, count or items");
  }
  if (problems.size() > before) return nullptr;
  return std::make_shared<UnprocessedEffect>(std::move(settings));
}

}  // namespace dynadeck::faults
