#include "harness/shadow/shadow.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "harness/seam/error.h"
#include "harness/shadow/difference.h"

using namespace dynadeck;

namespace {

Request request_for(Operation operation, std::string body = R"({"TableName":"orders"})") {
  Request request;
  request.operation = operation;
  request.scope = {"000000000000", "us-east-1"};
  request.body = std::move(body);
  request.sequence = 7;
  return request;
}

Response answer(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

class Fake : public Service {
 public:
  explicit Fake(std::function<Response(const Request&)> given) : given_(std::move(given)) {}
  Response handle(const Request& request) override { return given_(request); }

 private:
  const std::function<Response(const Request&)> given_;
};

std::unique_ptr<Service> always(Response response) {
  return std::make_unique<Fake>([response](const Request&) { return response; });
}

std::string get(const ShadowService& shadow, bool text) {
  AdminRequest request;
  request.method = "GET";
  if (text) request.query.emplace("format", "text");
  return shadow.admin()(request).body;
}

}  // namespace

TEST_CASE("answers that say the same are the same", "[shadow]") {
  struct Row {
    Operation operation;
    std::string primary, shadow;
  };
  const Row row = GENERATE(
      Row{Operation::kGetItem, R"({"Item":{"a":{"S":"x"},"b":{"N":"1"}}})",
          R"({ "Item": {"b":{"N":"1"}, "a":{"S":"x"}}})"},
      Row{Operation::kGetItem, R"({"Item":{"s":{"SS":["a","b"]}}})",
          R"({"Item":{"s":{"SS":["b","a"]}}})"},
      Row{Operation::kScan, R"({"Items":[{"a":{"S":"1"}},{"a":{"S":"2"}}],"Count":2})",
          R"({"Items":[{"a":{"S":"2"}},{"a":{"S":"1"}}],"Count":2})"},
      Row{Operation::kBatchGetItem, R"({"Responses":{"t":[{"a":{"S":"1"}},{"a":{"S":"2"}}]}})",
          R"({"Responses":{"t":[{"a":{"S":"2"}},{"a":{"S":"1"}}]}})"},
      Row{Operation::kDescribeTable,
          R"({"Table":{"BillingModeSummary":{"LastUpdateToPayPerRequestDateTime":1.5}}})",
          R"({"Table":{"BillingModeSummary":{"LastUpdateToPayPerRequestDateTime":2}}})"},
      Row{Operation::kDescribeTable,
          R"({"Table":{"TableName":"t","TableId":"1","CreationDateTime":1.5,"TableStatus":"ACTIVE"}})",
          R"({"Table":{"TableName":"t","TableId":"2","CreationDateTime":2,"TableStatus":"CREATING"}})"});
  CAPTURE(row.primary);
  CHECK(shadow_differences(request_for(row.operation), answer(row.primary), answer(row.shadow))
            .empty());
}

TEST_CASE("answers that differ say where", "[shadow]") {
  struct Row {
    Operation operation;
    std::string primary, shadow, path, left, right;
  };
  const Row row = GENERATE(
      Row{Operation::kGetItem, R"({"Item":{"a":{"N":"1"}}})", R"({"Item":{"a":{"N":"1.0"}}})",
          "Item.a.N", "\"1\"", "\"1.0\""},
      Row{Operation::kGetItem, R"({"Item":{"a":{"N":"1"}}})", "{}", "Item", R"({"a":{"N":"1"}})",
          ""},
      Row{Operation::kQuery, R"({"Items":[{"a":{"S":"1"}},{"a":{"S":"2"}}]})",
          R"({"Items":[{"a":{"S":"2"}},{"a":{"S":"1"}}]})", "Items[0].a.S", "\"1\"", "\"2\""},
      Row{Operation::kGetItem, R"({"Item":{"l":{"L":[{"S":"a"},{"S":"b"}]}}})",
          R"({"Item":{"l":{"L":[{"S":"b"},{"S":"a"}]}}})", "Item.l.L[0].S", "\"a\"", "\"b\""},
      // A user's attribute may well be called TableId.
      Row{Operation::kGetItem, R"({"Item":{"TableId":{"S":"a"}}})",
          R"({"Item":{"TableId":{"S":"b"}}})", "Item.TableId.S", "\"a\"", "\"b\""},
      Row{Operation::kGetItem, "{}", "no json", "body", "{}", "no json"});
  CAPTURE(row.path);
  const auto found =
      shadow_differences(request_for(row.operation), answer(row.primary), answer(row.shadow));
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].path == row.path);
  if (row.path != "body") {
    CHECK(found[0].primary == row.left);
    CHECK(found[0].shadow == row.right);
  }
}

TEST_CASE("another error is a difference, and so is its text", "[shadow]") {
  const Request request = request_for(Operation::kPutItem);
  const Response missing = error_response("ResourceNotFoundException", "Cannot find table");
  auto found = shadow_differences(request, missing, answer("{}"));
  REQUIRE(found.size() == 2);
  CHECK(found[0].path == "status");
  CHECK(found[1].path == "error");
  found = shadow_differences(request, missing,
                             error_response("ResourceNotFoundException", "Table not found"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == "message");
}

TEST_CASE("the client hears the primary alone, and the report what was different", "[shadow]") {
  ShadowOptions options;
  options.name = "http://other";
  ShadowService service(always(answer(R"({"Item":{"a":{"N":"1"}}})")),
                        always(answer(R"({"Item":{"a":{"N":"2"}}})")), options);
  CHECK(service.handle(request_for(Operation::kGetItem)).body == R"({"Item":{"a":{"N":"1"}}})");
  service.drain();
  CHECK(service.stats().different == 1);
  CHECK(get(service, true) ==
        "shadow http://other: 0 same, 1 different, 0 failed, 0 dropped, 0 skipped, 0 queued\n\n"
        "GetItem on orders (request 7)\n  {\"TableName\":\"orders\"}\n"
        "  Item.a.N\n    primary: \"1\"\n    shadow:  \"2\"\n");
  CHECK(get(service, false).find(R"("path":"Item.a.N","primary":"\"1\"","shadow":"\"2\"")") !=
        std::string::npos);

  AdminRequest forget;
  forget.method = "DELETE";
  CHECK(service.admin()(forget).status == 200);
  CHECK(service.stats().different == 0);
}

TEST_CASE("the client waits for no shadow, and the queue has an end", "[shadow]") {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  ShadowOptions options;
  options.max_queued_requests = 3;
  ShadowService service(always(answer("{}")), std::make_unique<Fake>([&](const Request&) {
                          std::unique_lock lock(mutex);
                          changed.wait(lock, [&] { return open; });
                          return answer("{}");
                        }),
                        options);
  for (int i = 0; i < 10; ++i) {
    CHECK(service.handle(request_for(Operation::kPutItem)).body == "{}");
  }
  CHECK(service.stats().dropped == 7);
  {
    const std::lock_guard lock(mutex);
    open = true;
  }
  changed.notify_all();
  service.drain();
  CHECK(service.stats().same == 3);
}

TEST_CASE("what cannot be compared is left out", "[shadow]") {
  std::atomic<int> asked{0};
  const auto counting = [&] {
    return std::make_unique<Fake>([&](const Request&) {
      ++asked;
      return answer("{}");
    });
  };
  SECTION("iterators are each database's own") {
    ShadowService service(always(answer("{}")), counting(), {});
    (void)service.handle(request_for(Operation::kGetRecords));
    service.drain();
    CHECK(service.stats().skipped == 1);
  }
  SECTION("a primary that failed leaves open what it did") {
    Response failed = error_response("InternalServerError", "x");
    ShadowService service(always(failed), counting(), {});
    (void)service.handle(request_for(Operation::kPutItem));
    service.drain();
    CHECK(service.stats().skipped == 1);
  }
  CHECK(asked == 0);
}

TEST_CASE("a shadow that is not reached is no difference", "[shadow]") {
  Response unreachable = error_response("InternalServerError", "no answer");
  unreachable.status = 502;
  ShadowService service(always(answer("{}")), always(unreachable), {});
  (void)service.handle(request_for(Operation::kPutItem));
  service.drain();
  CHECK(service.stats().failed == 1);
  CHECK(service.stats().different == 0);
}

TEST_CASE("requests for one table reach the shadow in order", "[shadow]") {
  std::mutex mutex;
  std::vector<std::string> seen;
  ShadowService service(always(answer("{}")), std::make_unique<Fake>([&](const Request& request) {
                          const std::lock_guard lock(mutex);
                          seen.push_back(request.body);
                          return answer("{}");
                        }),
                        {});
  std::vector<std::string> sent;
  for (int i = 0; i < 100; ++i) {
    sent.push_back(R"({"TableName":"t","n":)" + std::to_string(i) + "}");
    (void)service.handle(request_for(Operation::kPutItem, sent.back()));
  }
  service.drain();
  CHECK(seen == sent);
}
