// What one operation costs inside the process: engine_benchmark [DIRECTORY [ITEMS [PART]]]
//
// Without a directory (or with "") the data is in memory. PART: measures only what has it in its
// name, after the table has been filled. Prints microseconds per operation, one thread.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/engine.h"

namespace dynadeck::engine {
namespace {

class Benchmark {
 public:
  Benchmark(const std::string& directory, long items, std::string part)
      : random_(1), items_(items), part_(std::move(part)) {
    EngineOptions options;
    options.in_memory = directory.empty();
    options.data_dir = directory;
    auto engine = Engine::open(options, clock_, random_);
    if (!engine.ok()) {
      std::fprintf(stderr, "%s\n", engine.error().c_str());
      std::exit(1);
    }
    engine_ = std::move(engine).value();
  }

  void run() {
    send(Operation::kCreateTable,
         R"({"TableName":"Table","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[)"
         R"({"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"}],)"
         R"("KeySchema":[{"AttributeName":"p","KeyType":"HASH"},)"
         R"({"AttributeName":"s","KeyType":"RANGE"}]})");
    measure("PutItem, 100 bytes, new", items_, [&](long number) {
      send(Operation::kPutItem, R"({"TableName":"Table","Item":)" + item(number) + "}");
    });
    const long rounds = 200000;
    measure("PutItem, 100 bytes, replaced", rounds, [&](long number) {
      send(Operation::kPutItem,
           R"({"TableName":"Table","Item":)" + item(number * 7919 % items_, number) + "}");
    });
    measure("GetItem, 100 bytes", rounds, [&](long number) {
      send(Operation::kGetItem,
           R"({"TableName":"Table","Key":{)" + key(number * 7919 % items_) + "}}");
    });
    measure("GetItem, none", rounds, [&](long number) {
      send(Operation::kGetItem, R"({"TableName":"Table","Key":{"p":{"S":"none"},"s":{"N":")" +
                                    std::to_string(number) + "\"}}}");
    });
    measure("UpdateItem, a counter", rounds, [&](long number) {
      send(Operation::kUpdateItem, R"({"TableName":"Table","Key":{)" + key(number * 7919 % items_) +
                                       R"(},"UpdateExpression":"ADD n :n",)"
                                       R"("ExpressionAttributeValues":{":n":{"N":"1"}}})");
    });
    measure("Query, 10 items", rounds / 4, [&](long number) {
      send(Operation::kQuery, R"({"TableName":"Table","KeyConditionExpression":"p = :p",)"
                              R"("ExpressionAttributeValues":{":p":{"S":")" +
                                  partition(number * 7919 % items_) + R"("}},"Limit":10})");
    });
    measure("Scan, a page of 1 MB", 200,
            [&](long) { send(Operation::kScan, R"({"TableName":"Table"})"); });
  }

 private:
  static constexpr long kItemsPerPartition = 20;

  static std::string partition(long number) {
    return "partition-" + std::to_string(number / kItemsPerPartition);
  }

  static std::string key(long number) {
    return R"("p":{"S":")" + partition(number) + R"("},"s":{"N":")" +
           std::to_string(number % kItemsPerPartition) + R"("})";
  }

  static std::string item(long number, long version = 0) {
    return "{" + key(number) +
           R"(,"name":{"S":"somebody or other"},"address":{"S":"a street and )" +
           R"(a town"},"n":{"N":")" + std::to_string(version) + R"("}})";
  }

  void send(Operation operation, std::string body) {
    Request request;
    request.operation = operation;
    request.scope = {"000000000000", "us-east-1"};
    request.body = std::move(body);
    const Response response = engine_->handle(request);
    if (!response.ok()) {
      std::fprintf(stderr, "%s\n", response.body.c_str());
      std::exit(1);
    }
  }

  template <typename Work>
  void measure(const char* name, long rounds, const Work& work) {
    if (filled_ && std::string_view(name).find(part_) == std::string_view::npos) return;
    filled_ = true;
    const auto start = std::chrono::steady_clock::now();
    for (long number = 0; number < rounds; ++number) work(number);
    const std::chrono::duration<double, std::micro> spent =
        std::chrono::steady_clock::now() - start;
    std::printf("%-32s %10.2f\n", name, spent.count() / static_cast<double>(rounds));
  }

  AdjustableClock clock_;
  Random random_;
  const long items_;
  const std::string part_;
  bool filled_ = false;
  std::unique_ptr<Engine> engine_;
};

}  // namespace
}  // namespace dynadeck::engine

int main(int count, char** arguments) {
  const std::string directory = count > 1 ? arguments[1] : "";
  const long items = count > 2 ? std::atol(arguments[2]) : 100000;
  dynadeck::engine::Benchmark(directory, items, count > 3 ? arguments[3] : "").run();
}
