#include "faults/requests/canonical_hash.h"

#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;

TEST_CASE("members and sets come in any order, tokens do not count", "[faults]") {
  const auto hash = [](const char* body) {
    return canonical_hash(make_request(Operation::kTransactWriteItems, body));
  };
  CHECK(hash(R"({"A":{"SS":["x","y"]},"B":1})") == hash(R"({"B":1,"A":{"SS":["y","x"]}})"));
  CHECK(hash(R"({"A":1,"ClientRequestToken":"1"})") == hash(R"({"A":1,"ClientRequestToken":"2"})"));
  CHECK(hash(R"({"A":["x","y"]})") != hash(R"({"A":["y","x"]})"));
  CHECK(hash(R"({"A":1})") != hash(R"({"A":2})"));
}
