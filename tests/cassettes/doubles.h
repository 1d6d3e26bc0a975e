// What the tests of the cassette room stand on.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "cassettes/deck.h"
#include "harness/seam/clock.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes::testing {

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cassettes-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// The next link, as a function.
class FakeService final : public Service {
 public:
  using Answer = std::function<Response(const Request&)>;
  explicit FakeService(Answer answer) : answer_(std::move(answer)) {}
  Response handle(const Request& request) override { return answer_(request); }

 private:
  Answer answer_;
};

inline Response answer(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

inline Request ask(Operation operation, std::string body) {
  Request request;
  request.operation = operation;
  request.scope = {"000000000000", "us-east-1"};
  request.body = std::move(body);
  request.request_id = "REQUESTID";
  return request;
}

// A deck over a fake engine that answers with {"n":1}, {"n":2}, ...
struct Studio {
  ManualClock clock;
  std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);

  std::unique_ptr<Deck> deck(FakeService::Answer answer_with) {
    return std::make_unique<Deck>(std::make_unique<FakeService>(std::move(answer_with)), context());
  }
  std::unique_ptr<Deck> counting_deck() {
    return deck([calls = calls](const Request&) {
      return answer("{\"n\":" + std::to_string(++*calls) + "}");
    });
  }
  // Nothing behind it.
  std::unique_ptr<Deck> empty_deck() { return std::make_unique<Deck>(nullptr, context()); }

  DeckContext context() { return {&clock, 42, true, "0.0.0"}; }
};

inline CassetteOptions recording(const std::string& path) {
  CassetteOptions options;
  options.path = path;
  options.mode = Mode::kAll;
  return options;
}

inline CassetteOptions replaying(const std::string& path, Order order = Order::kStrict) {
  CassetteOptions options;
  options.path = path;
  options.mode = Mode::kNone;
  options.order = order;
  return options;
}

inline Request get(const std::string& id) {
  return ask(Operation::kGetItem, R"({"TableName":"t","Key":{"id":{"S":")" + id + R"("}}})");
}

inline Request put(const std::string& id, const std::string& value) {
  return ask(Operation::kPutItem, R"({"TableName":"t","Item":{"id":{"S":")" + id +
                                      R"("},"v":{"S":")" + value + R"("}}})");
}

template <typename... Requests>
std::vector<Request> list(Requests... requests) {
  std::vector<Request> all;
  (all.push_back(std::move(requests)), ...);
  return all;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace dynadeck::cassettes::testing
