#include "faults/rules/feed.h"

#include "faults/rules/set.h"
#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::vector<std::string> names_on(const RuleBoard& board) {
  std::vector<std::string> names;
  for (const auto& active : board.look().first->rules()) names.push_back(active->rule.name);
  return names;
}

using Names = std::vector<std::string>;

constexpr auto kTwo = R"(
seed: 9
rules:
- {name: a, schedule: {every: 2}, fault: {error: InternalServerError}}
- {name: b, when: {tables: T}, fault: {latency: 1s}}
)";

}  // namespace

TEST_CASE("a board follows a document", "[faults]") {
  Bench bench("{rules: [{name: own, when: {tables: Other}, fault: {latency: 1s}}]}");
  RuleFeed feed(bench.board);
  const auto follow = [&](const std::string& document) {
    const auto followed = feed.follow(document);
    INFO((followed.ok() ? std::string() : followed.error()));
    REQUIRE(followed.ok());
    return *followed;
  };
  REQUIRE(follow(kTwo));
  CHECK(names_on(bench.board) == Names{"own", "a", "b"});
  CHECK(bench.board.look().first->seed() == 9);
  const RuleBoard::Version version = bench.board.look().second;

  SECTION("what says the same changes nothing") {
    CHECK(!follow(kTwo));
    CHECK(!follow(std::string(kTwo) + "# and a remark\n"));
    CHECK(bench.board.look().second == version);
  }
  SECTION("rules that stay keep what they have counted") {
    CHECK(bench.send(Operation::kGetItem).ok());
    CHECK(follow(R"({"seed": 9, "rules": [
      {"name": "c", "when": {"tables": "U"}, "fault": {"latency": "1s"}},
      {"name": "a", "schedule": {"every": 2}, "fault": {"error": "InternalServerError"}}]})"));
    CHECK(names_on(bench.board) == Names{"own", "a", "c"});
    CHECK(!bench.send(Operation::kGetItem).ok());  // the second of two
  }
  SECTION("a wrong one changes nothing") {
    const auto wrong = feed.follow("rules:\n- {name: a, fault: {error: Nope}}\n");
    REQUIRE(!wrong.ok());
    CHECK_THAT(wrong.error(), Contains("line 2: rules[0].fault.error: 'Nope'"));
    CHECK_THAT(feed.follow("").error(), Contains("is empty"));
    CHECK(!feed.follow("<html><body>502 Bad Gateway</body></html>").ok());
    CHECK(!feed.follow("rules: [{fault: {stale: {by: 1s}}}]").ok());  // nothing here can do that
    CHECK(bench.board.look().second == version);
    CHECK(!follow(kTwo));
  }
  SECTION("others' changes to the board stand until the document changes") {
    RuleBoard::Change change;
    change.remove = {"a"};
    change.disable = {"b"};
    REQUIRE(bench.board.apply(std::move(change)).ok());
    CHECK(!follow(kTwo));
    CHECK(names_on(bench.board) == Names{"own", "b"});
    CHECK(follow("rules: []"));
    CHECK(names_on(bench.board) == Names{"own"});
  }
  SECTION("a rule that retires there retires here") {
    CHECK(follow("rules: [{name: t, ttl: 5s, fault: {error: InternalServerError}}]"));
    bench.clock.advance(5s);
    CHECK(!follow("rules: [{name: t, ttl: 5s, fault: {error: InternalServerError}}]"));
    CHECK(bench.send(Operation::kGetItem).ok());
    CHECK(!follow("rules: []"));
  }
  SECTION("the seed alone") {
    CHECK(follow(std::string("seed: 10") + (kTwo + sizeof("\nseed: 9") - 1)));
    CHECK(bench.board.look().first->seed() == 10);
  }
}
