#include <nlohmann/json.hpp>

#include "faults/fault_admin.h"
#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

struct Caller {
  AdminHandler handler;
  std::string path = "/_dynadeck/faults";

  Response operator()(const std::string& method, std::string body = {}, const char* below = "",
                      const char* if_match = nullptr) const {
    AdminRequest request;
    request.method = method;
    request.path = path + below;
    request.body = std::move(body);
    if (if_match != nullptr) request.headers.add("if-match", if_match);
    return handler(request);
  }
};

std::vector<std::string> names_of(const Response& response) {
  std::vector<std::string> names;
  const json document = json::parse(response.body);
  for (const json& rule : document["rules"]) names.push_back(rule["name"]);
  return names;
}

constexpr auto kA = R"({"name":"a","fault":{"error":"InternalServerError"}})";
constexpr auto kB = R"({"name":"b","fault":{"error":"ThrottlingException"}})";

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("rules are read and changed over HTTP", "[faults]") {
  Bench bench("rules: []");
  const Caller call{faults_handler(bench.board)};

  const Response empty = call("GET");
  CHECK(empty.status == 200);
  CHECK(json::parse(empty.body)["rules"].empty());

  SECTION("POST adds and refuses a name that is up") {
    const Response added = call("POST", kA);
    CHECK(added.status == 201);
    CHECK(names_of(added) == Names{"a"});
    CHECK(!bench.send(Operation::kGetItem).ok());
    CHECK(call("POST", kA).status == 409);
    CHECK(names_of(call("POST", std::string("[") + kB + "]")) == Names{"a", "b"});
  }
  SECTION("PUT replaces everything; what GET says can be PUT back") {
    call("POST", kA);
    CHECK(names_of(call("PUT",
                        "seed: 9\ncount: lane\nrules:\n- {name: c, ttl: 60s, "
                        "fault: {latency: 1s}}")) == Names{"c"});
    const Response shown = call("GET");
    const json document = json::parse(shown.body);
    CHECK(document["seed"] == 9);
    CHECK(document["count"] == "lane");
    CHECK(document["state"]["c"]["retires_in"] == "1m");
    const Response again = call("PUT", shown.body);
    CHECK(again.status == 200);
    CHECK(json::parse(again.body)["rules"] == document["rules"]);
  }
  SECTION("PATCH changes") {
    call("PUT", std::string("[") + kA + "," + kB + "]");
    CHECK(json::parse(call("PATCH", "{disable: [a]}").body)["rules"][0]["enabled"] == false);
    CHECK(bench.send(Operation::kGetItem).error_code == "ThrottlingException");
    CHECK(call("PATCH", "{enable: a, remove: b}").status == 200);
    CHECK(bench.send(Operation::kGetItem).error_code == "InternalServerError");
    CHECK(json::parse(call("GET").body)["state"]["a"]["struck"] == 1);
    CHECK(json::parse(
              call("PATCH", "{reset_counters: true, seed: 5}").body)["state"]["a"]["struck"] == 0);
    CHECK(json::parse(call("GET").body)["seed"] == 5);
    CHECK(call("PATCH", "{enable: nobody}").status == 404);
    const Response replaced = call("PATCH", R"({"rules":[{"name":"a","fault":{"html":502}}]})");
    CHECK(names_of(replaced) == Names{"a"});
    CHECK(bench.send(Operation::kGetItem).status == 502);
  }
  SECTION("single rules are read and removed by name") {
    call("PUT", std::string("[") + kA + "," + kB + "]");
    CHECK(json::parse(call("GET", "", "/a").body)["fault"]["error"] == "InternalServerError");
    CHECK(call("GET", "", "/z").status == 404);
    CHECK(names_of(call("DELETE", "", "/a")) == Names{"b"});
    CHECK(call("DELETE", "", "/a").status == 404);
    CHECK(names_of(call("DELETE")).empty());
    CHECK(!bench.board.current());
  }
  SECTION("versions") {
    const Response first = call("POST", kA);
    const std::string tag(*first.headers.find("ETag"));
    CHECK(call("POST", kB, "", "\"99\"").status == 412);
    CHECK(call("POST", kB, "", tag.c_str()).status == 201);
    CHECK(call("DELETE", "", "", tag.c_str()).status == 412);
    CHECK(call("DELETE", "", "", "soon").status == 400);
    CHECK(call("DELETE", "", "", "*").status == 200);
  }
  SECTION("a wrong document changes nothing and says where it is wrong") {
    call("POST", kA);
    CHECK(call("PUT", " \n").status == 400);
    CHECK(call("PATCH").status == 400);
    const Response wrong = call("PUT", "rules:\n- fault: {error: Nope}");
    CHECK(wrong.status == 400);
    CHECK(json::parse(wrong.body)["problems"][0]["line"] == 2);
    CHECK(names_of(call("GET")) == Names{"a"});
    CHECK(call("PUT", R"([{"fault":{"stale":{"by":"1s"}}}])").status == 422);
    CHECK(call("OPTIONS").status == 405);
  }
  SECTION("a retired rule is gone") {
    call("POST", R"({"name":"t","ttl":"5s","fault":{"error":"InternalServerError"}})");
    bench.clock.advance(5s);
    CHECK(names_of(call("GET")).empty());
    CHECK(call("GET", "", "/t").status == 404);
    CHECK(call("POST", R"({"name":"t","fault":{"error":"InternalServerError"}})").status == 201);
  }
}

TEST_CASE("LocalStack's chaos API works in its shapes", "[faults]") {
  Bench bench("rules: []");
  const AdminHandler handler = chaos_handler(bench.board);
  const Caller faults{handler, "/_localstack/chaos/faults"};
  const Caller effects{handler, "/_localstack/chaos/effects"};
  const auto ask = [&](Operation operation) { return bench.finish(bench.send(operation)); };

  CHECK(faults("GET").body == "[]");

  SECTION("an outage of DynamoDB in a region") {
    const auto outage = R"([{"service": "dynamodb", "region": "us-east-1"}])";
    const Response set = faults("POST", outage);
    CHECK(set.status == 200);
    CHECK(json::parse(set.body) == json::parse(outage));
    const Response failed = ask(Operation::kScan);
    CHECK(failed.status == 503);
    CHECK(failed.error_code == "ServiceUnavailable");
    CHECK(json::parse(failed.body)["message"] == "Operation failed due to a simulated fault");
    CHECK(ask(Operation::kGetRecords).ok());
    Request elsewhere = make_request(Operation::kScan);
    elsewhere.scope.region = "eu-west-1";
    CHECK(bench.send(elsewhere).ok());
    CHECK(faults("POST", "[]").body == "[]");
    CHECK(ask(Operation::kScan).ok());
  }
  SECTION("one operation, another error") {
    faults("POST", R"([{"service":"dynamodb","operation":"PutItem","probability":1,
                        "error":{"statusCode":400,"code":"ProvisionedThroughputExceededException"}}])");
    CHECK(ask(Operation::kPutItem).error_code == "ProvisionedThroughputExceededException");
    CHECK(ask(Operation::kGetItem).ok());
  }
  SECTION("PATCH adds, DELETE removes what is equal, the first rule wins") {
    faults("POST", R"([{"service":"lambda"}])");
    CHECK(ask(Operation::kGetItem).ok());
    faults("PATCH", R"([{"operation":"GetItem","error":{"code":"First","statusCode":500}}])");
    faults("PATCH", R"([{}])");
    CHECK(json::parse(faults("GET").body).size() == 3);
    CHECK(ask(Operation::kGetItem).error_code == "First");
    CHECK(ask(Operation::kListStreams).error_code == "ServiceUnavailable");
    const Response left =
        faults("DELETE", R"([{"error":{"statusCode":500,"code":"First"},"operation":"GetItem"}])");
    CHECK(json::parse(left.body) == json::parse(R"([{"service":"lambda"},{}])"));
    CHECK(ask(Operation::kGetItem).error_code == "ServiceUnavailable");
    CHECK(faults("DELETE", "[]").body == "[]");
    CHECK(ask(Operation::kGetItem).ok());
  }
  SECTION("latency") {
    CHECK(effects("GET").body == R"({"latency":0})");
    CHECK(effects("POST", R"({"latency": 5000})").body == R"({"latency":5000})");
    ask(Operation::kGetItem);
    CHECK(bench.waited == 5s);
    CHECK(effects("POST", R"({"latency": 0})").body == R"({"latency":0})");
    CHECK(bench.send(Operation::kGetItem).ok());
    CHECK(!bench.board.current());
  }
  SECTION("what is wrong is refused") {
    CHECK(faults("POST", "{}").status == 400);
    CHECK(faults("POST", R"([{"probability":2}])").status == 400);
    CHECK(faults("POST", R"([{"error":{"statusCode":"x"}}])").status == 400);
    CHECK(faults("POST", R"([{"error":{"statusCode":9}}])").status == 400);
    CHECK(effects("POST", R"({"latency":-1})").status == 400);
    CHECK(faults("PUT", "[]").status == 405);
    CHECK(faults("GET").body == "[]");
  }
  SECTION("rules that were taken down otherwise are gone here, too") {
    faults("POST", "[{}]");
    RuleBoard::Change change;
    change.replace_all = true;
    REQUIRE(bench.board.apply(std::move(change)).ok());
    CHECK(faults("GET").body == "[]");
    CHECK(faults("PATCH", "[{}]").status == 200);
    CHECK(!ask(Operation::kGetItem).ok());
  }
}
