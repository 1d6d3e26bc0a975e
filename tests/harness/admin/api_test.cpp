#include "harness/admin/api.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <vector>

using namespace dynadeck;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

AdminRequest admin_request(std::string method, std::string body = {}) {
  AdminRequest request;
  request.method = std::move(method);
  request.path = "/_dynadeck/x";
  request.body = std::move(body);
  return request;
}

json body_of(const Response& response) { return json::parse(response.body); }

}  // namespace

TEST_CASE("health says status, version and mode", "[admin]") {
  const AdminHandler handler = health_handler("in-memory");
  const json body = body_of(handler(admin_request("GET")));
  CHECK(body["status"] == "ok");
  CHECK(body["mode"] == "in-memory");
  CHECK_FALSE(body["version"].get<std::string>().empty());
  CHECK(handler(admin_request("DELETE")).status == 405);
}

TEST_CASE("reset passes on what it is limited to", "[admin]") {
  std::vector<std::string> calls;
  const AdminHandler handler =
      reset_handler([&](const std::string& account, const std::string& region) {
        calls.push_back(account + "/" + region);
        return account == "bad" ? std::string("cannot") : std::string();
      });
  AdminRequest request = admin_request("POST");
  CHECK(handler(request).status == 200);
  request.query = {{"account", "123456789012"}, {"region", "eu-west-1"}};
  CHECK(handler(request).status == 200);
  CHECK(calls == std::vector<std::string>{"/", "123456789012/eu-west-1"});

  request.query = {{"account", "bad"}};
  CHECK(handler(request).status == 409);
  request.query = {{"table", "t"}};
  CHECK(handler(request).status == 400);
  CHECK(handler(admin_request("GET")).status == 405);
}

TEST_CASE("the clock is set, frozen and moved", "[admin]") {
  AdjustableClock clock;
  const AdminHandler handler = clock_handler(clock);
  json body =
      body_of(handler(admin_request("PUT", R"({"now":"2026-01-01T00:00:00Z","frozen":true})")));
  CHECK(body["frozen"] == true);
  const auto start = clock.now();
  CHECK(start - Clock::WallTime{1767225600s} < 1s);

  body = body_of(handler(admin_request("PUT", R"({"advance":"25h"})")));
  CHECK(clock.now() - start == 25h);
  handler(admin_request("PUT", R"({"advance":"-1h"})"));
  CHECK(clock.now() - start == 24h);
  CHECK(body_of(handler(admin_request("GET")))["now"].get<std::string>().starts_with(
      "2026-01-02T00:00:0"));

  handler(admin_request("PUT", R"({"frozen":false})"));
  CHECK_FALSE(clock.frozen());
  handler(admin_request("PUT", R"({"reset":true})"));
  CHECK(clock.now() > Clock::WallTime{1767225600s});
}

TEST_CASE("a wrong clock request changes nothing", "[admin]") {
  AdjustableClock clock;
  clock.freeze_at(Clock::WallTime{1767225600s});
  const auto body = GENERATE(as<std::string>{}, "", "[]", "{\"now\":\"soon\"}", "{\"advance\":5}",
                             R"({"advance":"1h","no_such":1})", R"({"frozen":"yes"})");
  const Response response = clock_handler(clock)(admin_request("PUT", body));
  CHECK(response.status == 400);
  CHECK_FALSE(body_of(response)["error"].get<std::string>().empty());
  CHECK(clock.now() == Clock::WallTime{1767225600s});
}
