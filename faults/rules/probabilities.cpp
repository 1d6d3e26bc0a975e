#include "faults/rules/probabilities.h"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>

#include "faults/language/fields.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

Json throttle(const char* name, std::vector<std::string> operations, double probability) {
  return {{"name", name},
          {"when", {{"operations", std::move(operations)}}},
          {"schedule", {{"probability", probability}}},
          {"fault", {{"error", "ProvisionedThroughputExceededException"}}}};
}

}  // namespace

Outcome<double, std::string> parse_probability(std::string_view name, std::string_view text) {
  const std::optional<double> value = parse_number(text);
  if (value && *value >= 0 && *value <= 1) return *value;
  return std::string(name) + ": found '" + std::string(text) +
         "', expected a probability from 0 to 1";
}

std::vector<Rule> probability_rules(const ErrorProbabilities& probabilities) {
  const double read = std::max(probabilities.all, probabilities.read);
  const double write = std::max(probabilities.all, probabilities.write);
  Json rules = Json::array();
  if (read > 0) {
    rules.push_back(throttle("read-error-probability",
                             {"GetItem", "Query", "Scan", "TransactGetItems", "BatchGetItem"},
                             read));
  }
  if (write > 0) {
    rules.push_back(throttle(
        "write-error-probability",
        {"PutItem", "BatchWriteItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}, write));
    rules.push_back({{"name", "batch-write-error-probability"},
                     {"when", {{"operations", {"BatchWriteItem"}}}},
                     {"fault", {{"unprocessed", {{"fraction", write}, {"whole", "answer"}}}}}});
  }
  Outcome<RuleFile, Problems> file = parse_rules(rules.dump());
  assert(file.ok());
  return std::move(file.value().rules);
}

}  // namespace dynadeck::faults
