#include "harness/admin/streams.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace dynadeck;

namespace {

AdminRequest query_request(std::string method, std::multimap<std::string, std::string> query = {}) {
  AdminRequest request;
  request.method = std::move(method);
  request.path = "/_dynadeck/x";
  request.query = std::move(query);
  return request;
}

}  // namespace

TEST_CASE("expired items are deleted and counted", "[admin]") {
  const AdminHandler handler = expiry_handler([] { return Counted(std::size_t{3}); });
  const Response response = handler(query_request("DELETE"));
  CHECK(response.status == 200);
  CHECK(response.body == R"({"ExpiredItems":3})");
  CHECK(handler(query_request("POST")).status == 405);
}

TEST_CASE("shards are rolled as the query says", "[admin]") {
  std::vector<ShardRollRequest> calls;
  const AdminHandler handler = shard_roll_handler([&](const ShardRollRequest& wanted) {
    calls.push_back(wanted);
    return wanted.table == "bad" ? Counted(std::string("cannot")) : Counted(std::size_t{2});
  });
  CHECK(handler(query_request("POST", {{"table", "T"}, {"shard", "s"}, {"children", "2"}})).body ==
        R"({"ClosedShards":2})");
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].table == "T");
  CHECK(calls[0].shard_id == "s");
  CHECK(calls[0].children == 2);
  CHECK(handler(query_request("POST")).status == 200);
  CHECK(calls.back().children == 1);
  CHECK(handler(query_request("POST", {{"table", "bad"}})).status == 500);
  CHECK(handler(query_request("GET")).status == 405);
}

TEST_CASE("a shard has a sensible number of children", "[admin]") {
  const auto text = GENERATE(as<std::string>{}, "0", "-1", "17", "two", "2x");
  const AdminHandler handler =
      shard_roll_handler([](const ShardRollRequest&) { return Counted(std::size_t{1}); });
  CHECK(handler(query_request("POST", {{"children", text}})).status == 400);
}
