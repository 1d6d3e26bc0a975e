// Values that differ from run to run: what stands for what, in requests and answers.
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cassettes/match_rules.h"
#include "cassettes/renamed_index.h"
#include "cassettes/tape_reader.h"
#include "tests/cassettes/doubles.h"

using namespace dynadeck;
using namespace dynadeck::cassettes;
using namespace dynadeck::cassettes::testing;

namespace {

Request query(const std::string& id) {
  return ask(Operation::kQuery, R"({"TableName":"t","KeyConditionExpression":"id = :i",)"
                                R"("ExpressionAttributeValues":{":i":{"S":")" +
                                    id + R"("}}})");
}

Request page_after(const std::string& id) {
  return ask(Operation::kScan,
             R"({"TableName":"t","ExclusiveStartKey":{"id":{"S":")" + id + R"("}}})");
}

Request batch_get(const std::string& id) {
  return ask(Operation::kBatchGetItem,
             R"({"RequestItems":{"t":{"Keys":[{"id":{"S":")" + id + R"("}}]}}})");
}

Request transaction(const std::string& token, const std::string& id) {
  return ask(Operation::kTransactWriteItems,
             R"({"ClientRequestToken":")" + token +
                 R"(","TransactItems":[{"Delete":{"TableName":"t","Key":{"id":{"S":")" + id +
                 R"("}}}}]})");
}

template <typename... Requests>
std::vector<Request> list(Requests... requests) {
  std::vector<Request> all;
  (all.push_back(std::move(requests)), ...);
  return all;
}

// A tape of these requests; every answer holds what was asked.
void tape_of(const std::string& path, Studio& studio, const std::vector<Request>& requests) {
  const auto deck = studio.deck([](const Request& request) { return answer(request.body); });
  REQUIRE(deck->insert(recording(path)));
  for (const Request& request : requests) (void)deck->handle(request);
  REQUIRE(deck->eject());
}

}  // namespace

TEST_CASE("tokens that SDKs draw are not compared", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  tape_of(path, studio, list(transaction("11111111-1111-4111-8111-111111111111", "a")));
  CHECK(TapeReader::open(path)->header().match.size() == 2);
  CassetteOptions options = replaying(path, GENERATE(Order::kStrict, Order::kItem, Order::kFree));
  // With rules of one's own, too.
  if (GENERATE(true, false)) REQUIRE(set_option(options, "ignore", "$.Item.at"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  CHECK_FALSE(deck->handle(transaction("another", "b")).ok());
  CHECK(deck->handle(transaction("another", "a")).ok());
}

TEST_CASE("a value that a path renames is known wherever it is asked for", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto session = [](const std::string& id) {
    return list(put(id, "x"), get(id), query(id), page_after(id), batch_get(id),
                transaction("t", id));
  };
  tape_of(path, studio, session("recorded"));
  CassetteOptions options = replaying(path, GENERATE(Order::kStrict, Order::kItem, Order::kFree));
  REQUIRE(set_option(options, "normalise", "$.Item.id"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  for (const Request& request : session("live")) {
    CAPTURE(request.body);
    CHECK(deck->handle(request).body == request.body);
  }
  CHECK(deck->report().clean());
}

TEST_CASE("a value that is only sometimes another one still matches as it was taped",
          "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  tape_of(path, studio, list(put("7", "x"), get("8")));
  CassetteOptions options = replaying(path, Order::kItem);
  REQUIRE(set_option(options, "normalise", "$.Item.id"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  // 8 stands for 7 now, but nobody asked for 7.
  CHECK(deck->handle(put("8", "x")).ok());
  CHECK(deck->handle(get("8")).ok());
}

TEST_CASE("an item whose turn is not now does not get another's answer", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto create_table = [] {
    return ask(Operation::kCreateTable,
               R"({"TableName":"t","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})");
  };
  tape_of(path, studio,
          list(create_table(), put("U-1", "x"), put("U-2", "x"), put("U-1", "y"), get("U-1"),
               get("U-2")));
  CassetteOptions options = replaying(path, Order::kItem);
  REQUIRE(set_option(options, "normalise", "pattern:U-[0-9]"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  CHECK(deck->handle(create_table()).ok());
  CHECK(deck->handle(put("U-8", "x")).ok());
  CHECK(deck->handle(put("U-9", "x")).ok());
  // The second write of U-8 has not been asked for.
  const Response refused = deck->handle(get("U-8"));
  CHECK_FALSE(refused.ok());
  CHECK(refused.body.find("recorded as exchange 5, but its turn is not now: exchange 4, PutItem") !=
        std::string::npos);
  CHECK(deck->handle(get("U-9")).body == get("U-9").body);
  CHECK(deck->handle(put("U-8", "y")).ok());
  CHECK(deck->handle(get("U-8")).body == get("U-8").body);
}

TEST_CASE("of two that are alike either may be the one that is changed later", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto create_table = [] {
    return ask(Operation::kCreateTable,
               R"({"TableName":"t","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})");
  };
  tape_of(path, studio,
          list(create_table(), put("U-1", "x"), put("U-2", "x"), put("U-2", "y"), get("U-2")));
  CassetteOptions options = replaying(path, Order::kItem);
  REQUIRE(set_option(options, "normalise", "pattern:U-[0-9]"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  CHECK(deck->handle(create_table()).ok());
  // It comes first, so it is taken for the one that was not changed.
  for (const auto& request : list(put("U-9", "x"), put("U-9", "y"), get("U-9"), put("U-8", "x"))) {
    CAPTURE(request.body);
    CHECK(deck->handle(request).body == request.body);
  }
  CHECK(deck->report().clean());
  CHECK(deck->report().unplayed == 0);
}

TEST_CASE("a test that is played again draws new values", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  tape_of(path, studio, list(put("U-1", "x"), get("U-1"), put("U-2", "x"), get("U-2")));
  const auto repeat = GENERATE(Repeat::kLast, Repeat::kCycle);
  CassetteOptions options = replaying(path, Order::kItem);
  options.repeat = repeat;
  REQUIRE(set_option(options, "normalise", "pattern:U-[0-9]"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  for (const char* id : {"U-3", "U-4", "U-5", "U-6", "U-7"}) {
    CAPTURE(id);
    CHECK(deck->handle(put(id, "x")).body == put(id, "x").body);
    CHECK(deck->handle(get(id)).body == get(id).body);
  }
}

TEST_CASE("values fit as they did before, else new ones take over", "[cassettes]") {
  const auto values = [](const std::string& value) { return Renamed{{"$.id", value}}; };
  Bindings bindings;
  CHECK(bindings.fit(values("live"), values("taped")) == Bindings::Fit::kExact);
  CHECK(bindings.fit(values("live"), {}) == Bindings::Fit::kNot);
  bindings.bind("taped", "live");
  bindings.bind("other", "second");
  CHECK(bindings.fit(values("live"), values("taped")) == Bindings::Fit::kExact);
  CHECK(bindings.fit(values("new"), values("taped")) == Bindings::Fit::kTakesOver);
  CHECK(bindings.fit(values("live"), values("unplayed")) == Bindings::Fit::kTakesOver);
  CHECK(bindings.fit(values("live"), values("other")) == Bindings::Fit::kContradicts);
  // What was bound once may come back.
  bindings.bind("taped", "new");
  CHECK(bindings.fit(values("live"), values("taped")) == Bindings::Fit::kExact);
  // A request's own values come before what others made of them.
  CHECK(bindings.apply(R"({"a":"taped"})", {}) == R"({"a":"new"})");
  CHECK(bindings.apply(R"({"a":"taped"})", {}, {{"taped", "live"}}) == R"({"a":"live"})");
}

TEST_CASE("each request of a large group is read once", "[cassettes]") {
  constexpr std::uint32_t kCount = 1000;
  std::uint64_t reads = 0;
  RenamedIndex index([&](std::uint32_t ordinal) {
    ++reads;
    return std::optional(Renamed{{"$.id", std::to_string(ordinal)}});
  });
  std::vector<std::uint32_t> group(kCount);
  for (std::uint32_t i = 0; i < kCount; ++i) group[i] = i;
  const auto first_of = [&](const std::string& value) {
    std::optional<std::uint32_t> found;
    index.find(group, {value}, [&](auto some) {
      found = some.front();
      return true;
    });
    return found;
  };
  CHECK(first_of("3") == 3);
  CHECK(reads < 100);
  for (std::uint32_t i = kCount; i-- > 0;) REQUIRE(first_of(std::to_string(i)) == i);
  CHECK_FALSE(first_of("none"));
  CHECK(reads == kCount);
}
