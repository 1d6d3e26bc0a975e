#include "harness/seam/request_view.h"

#include <catch2/catch.hpp>

using namespace dynadeck;

namespace {
std::vector<std::string> tables(std::string_view body) {
  const RequestView view(body);
  return {view.tables().begin(), view.tables().end()};
}
}  // namespace

TEST_CASE("a view names the tables of every kind of request", "[request_view]") {
  using Names = std::vector<std::string>;
  CHECK(tables(R"({"TableName":"a","IndexName":"i"})") == Names{"a"});
  CHECK(tables(R"({"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/a/index/i"})") ==
        Names{"a"});
  CHECK(tables(R"({"RequestItems":{"b":[],"a":[]}})") == Names{"a", "b"});
  CHECK(tables(R"({"TransactItems":[{"Put":{"TableName":"b"}},{"Get":{"TableName":"a"}},
                   {"Delete":{"TableName":"b"}}]})") == Names{"b", "a"});
  CHECK(tables(R"({"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/t"})") ==
        Names{"t"});
  CHECK(RequestView(R"({"TableName":"a","IndexName":"i"})").index() == "i");
}

TEST_CASE("a view of what is no request is harmless", "[request_view]") {
  CHECK_FALSE(RequestView("").valid());
  CHECK_FALSE(RequestView("[1,2]").valid());
  CHECK_FALSE(RequestView("{\"a\":").valid());
  CHECK(tables(R"({"TableName":7,"RequestItems":[],"TransactItems":[1,{"Put":2}]})").empty());
  CHECK(tables(std::string(100000, '[')).empty());
}
