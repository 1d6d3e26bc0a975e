#include "harness/seam/error.h"

#include <catch2/catch.hpp>

using namespace dynadeck;

TEST_CASE("errors have AWS's wire form", "[error]") {
  SECTION("a modelled error") {
    const Response response = error_response("ResourceNotFoundException",
                                             "Requested resource not found: Table: X not found");
    CHECK(response.status == 400);
    CHECK(response.error_code == "ResourceNotFoundException");
    CHECK(response.body ==
          R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",)"
          R"("message":"Requested resource not found: Table: X not found"})");
  }
  SECTION("the front layer, without a message") {
    CHECK(error_response("UnknownOperationException", "").body ==
          R"({"__type":"com.amazon.coral.service#UnknownOperationException"})");
  }
  SECTION("a capital M and further members") {
    const Response response = error_response("TransactionCanceledException", "cancelled \"x\"",
                                             R"("CancellationReasons":[{"Code":"None"}])");
    CHECK(response.body ==
          R"({"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",)"
          R"("CancellationReasons":[{"Code":"None"}],"Message":"cancelled \"x\""})");
  }
  SECTION("statuses other than 400") {
    CHECK(error_response("InternalServerError", "x").status == 500);
    CHECK(error_response("ServiceUnavailable", "x").status == 503);
    CHECK(error_response("InvalidEndpointException", "x").status == 421);
  }
}
