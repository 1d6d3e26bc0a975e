// An engine in memory and a way to ask it.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/engine.h"
#include "harness/seam/clock.h"
#include "harness/seam/random.h"

namespace dynadeck::engine {

class Deck {
 public:
  explicit Deck(EngineOptions options = in_memory()) : random_(1) {
    auto engine = Engine::open(std::move(options), clock_, random_);
    INFO((engine.ok() ? "" : engine.error()));
    REQUIRE(engine.ok());
    engine_ = std::move(engine).value();
  }

  static EngineOptions in_memory() {
    EngineOptions options;
    options.in_memory = true;
    return options;
  }

  ManualClock& clock() { return clock_; }
  Engine& engine() { return *engine_; }

  Response send(const std::string& operation, const std::string& body,
                const Scope& scope = {"000000000000", "us-east-1"}) {
    Request request;
    request.operation = find_operation(Api::kDynamoDb, operation);
    if (request.operation == Operation::kUnknown) {
      request.operation = find_operation(Api::kStreams, operation);
    }
    request.scope = scope;
    request.body = body;
    return engine_->handle(request);
  }

  // The answer of a call that has to succeed. body: JSON in which ' stands for ".
  nlohmann::json call(const std::string& operation, const std::string& body,
                      const Scope& scope = {"000000000000", "us-east-1"}) {
    const Response response = send(operation, json(body), scope);
    INFO(operation << " " << body << " -> " << response.body);
    REQUIRE(response.ok());
    return nlohmann::json::parse(response.body);
  }

  // "Code: message" of a call that has to fail.
  std::string error(const std::string& operation, const std::string& body) {
    const Response response = send(operation, json(body));
    INFO(operation << " " << body << " -> " << response.body);
    REQUIRE_FALSE(response.ok());
    const auto answer = nlohmann::json::parse(response.body);
    const std::string member = answer.contains("Message") ? "Message" : "message";
    return response.error_code + ": " + answer.value(member, "");
  }

  static std::string json(std::string text) {
    for (char& character : text) {
      if (character == '\'') character = '"';
    }
    return text;
  }

  // A table named Table with partition key p:S and, unless it is empty, a sort key s of that type.
  void make_table(const std::string& sort_type = "N", const std::string& more = "",
                  const std::string& more_attributes = "") {
    std::string attributes = "{'AttributeName':'p','AttributeType':'S'}";
    std::string keys = "{'AttributeName':'p','KeyType':'HASH'}";
    if (!sort_type.empty()) {
      attributes += ",{'AttributeName':'s','AttributeType':'" + sort_type + "'}";
      keys += ",{'AttributeName':'s','KeyType':'RANGE'}";
    }
    call("CreateTable", "{'TableName':'Table','BillingMode':'PAY_PER_REQUEST'," + more +
                            "'AttributeDefinitions':[" + attributes + more_attributes +
                            "],'KeySchema':[" + keys + "]}");
  }

 private:
  ManualClock clock_;
  Random random_;
  std::unique_ptr<Engine> engine_;
};

inline nlohmann::json parsed(const std::string& text) {
  return nlohmann::json::parse(Deck::json(text));
}

}  // namespace dynadeck::engine
