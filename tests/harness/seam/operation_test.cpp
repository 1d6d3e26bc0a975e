#include "harness/seam/operation.h"

#include <catch2/catch.hpp>

using namespace dynadeck;

TEST_CASE("every operation is found by its name and row", "[operation]") {
  std::size_t position = 0;
  for (const OperationInfo& row : all_operations()) {
    CHECK(static_cast<std::size_t>(row.operation) == position++);
    CHECK(&info(row.operation) == &row);
    if (row.operation == Operation::kUnknown) continue;
    CHECK(find_operation(row.api, row.name) == row.operation);
  }
  CHECK(position == 67);
}

TEST_CASE("an operation belongs to one API only", "[operation]") {
  CHECK(find_operation(Api::kStreams, "GetItem") == Operation::kUnknown);
  CHECK(find_operation(Api::kDynamoDb, "GetRecords") == Operation::kUnknown);
  CHECK(find_operation(Api::kDynamoDb, "getitem") == Operation::kUnknown);
  CHECK(find_operation(Api::kDynamoDb, "Unknown") == Operation::kUnknown);
}
