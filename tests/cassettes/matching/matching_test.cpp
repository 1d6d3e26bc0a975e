// Order, repeats, sections, and what may differ.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "cassettes/deck.h"
#include "cassettes/matching/rules.h"
#include "cassettes/tape/reader.h"
#include "tests/cassettes/doubles.h"

using namespace dynadeck;
using namespace dynadeck::cassettes;
using namespace dynadeck::cassettes::testing;

namespace {

// A tape of requests in that order; the answers count from 1.
void counted_tape(const std::string& path, Studio& studio, const std::vector<Request>& requests) {
  const auto deck = studio.counting_deck();
  REQUIRE(deck->insert(recording(path)));
  for (const Request& request : requests) (void)deck->handle(request);
  REQUIRE(deck->eject());
}

std::string n(int number) { return "{\"n\":" + std::to_string(number) + "}"; }

Request create_table() {
  return ask(Operation::kCreateTable,
             R"({"TableName":"t","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})");
}

Request query() { return ask(Operation::kQuery, R"({"TableName":"t","IndexName":"i"})"); }

}  // namespace

TEST_CASE("item order keeps the order of an item's reads and writes", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  //                     1              2              3         4              5
  counted_tape(path, studio,
               list(create_table(), put("a", "1"), get("a"), put("a", "2"), get("a")));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));

  SECTION("as recorded") {
    for (const int i : {1, 2, 3, 4, 5}) {
      const auto requests = list(create_table(), put("a", "1"), get("a"), put("a", "2"), get("a"));
      CHECK(deck->handle(requests[static_cast<std::size_t>(i - 1)]).body == n(i));
    }
    CHECK(deck->report().clean());
  }
  SECTION("a read before its write is refused") {
    const Response refused = deck->handle(get("a"));
    CHECK_FALSE(refused.ok());
    CHECK(refused.body.find("PutItem on the same item, has not been asked yet") !=
          std::string::npos);
  }
  SECTION("a write out of order is refused") {
    CHECK_FALSE(deck->handle(put("a", "2")).ok());
    CHECK(deck->handle(put("a", "1")).body == n(2));
    CHECK(deck->handle(put("a", "2")).body == n(4));
  }
  SECTION("a read that is left out does not answer later") {
    CHECK(deck->handle(put("a", "1")).body == n(2));
    CHECK(deck->handle(put("a", "2")).body == n(4));
    CHECK(deck->handle(get("a")).body == n(5));
    CHECK_FALSE(deck->handle(get("a")).ok());
  }
}

TEST_CASE("a read from before the first write is not played after it", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  counted_tape(path, studio, list(get("a"), put("a", "1"), get("a")));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  CHECK(deck->handle(put("a", "1")).body == n(2));
  CHECK(deck->handle(get("a")).body == n(3));
  CHECK_FALSE(deck->handle(get("a")).ok());
}

TEST_CASE("different items are free of each other", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  counted_tape(path, studio,
               list(create_table(), put("a", "1"), get("a"), put("b", "1"), get("b"), query()));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  CHECK(deck->handle(query()).body == n(6));
  CHECK(deck->handle(put("b", "1")).body == n(4));
  CHECK(deck->handle(put("a", "1")).body == n(2));
  CHECK(deck->handle(get("b")).body == n(5));
  CHECK(deck->handle(get("a")).body == n(3));
  CHECK(deck->handle(create_table()).body == n(1));
  CHECK(deck->report().clean());
}

TEST_CASE("free order answers as the item stands", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  counted_tape(path, studio,
               list(create_table(), put("a", "1"), get("a"), put("a", "2"), get("a")));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kFree)));
  // The second test before the first.
  CHECK(deck->handle(put("a", "2")).body == n(4));
  CHECK(deck->handle(get("a")).body == n(5));
  CHECK(deck->handle(put("a", "1")).body == n(2));
  CHECK(deck->handle(get("a")).body == n(3));
  CHECK(deck->handle(create_table()).ok());
  CHECK(deck->report().clean());
}

TEST_CASE("transactions and batches touch their items", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto write = GENERATE(
      as<std::string>{},
      R"({"TransactItems":[{"Put":{"TableName":"t","Item":{"id":{"S":"a"}}}},{"Delete":{"TableName":"t","Key":{"id":{"S":"b"}}}}]})",
      R"({"RequestItems":{"t":[{"PutRequest":{"Item":{"id":{"S":"a"}}}},{"DeleteRequest":{"Key":{"id":{"S":"b"}}}}]}})");
  const auto writing = [&] {
    return ask(write.find("Transact") != std::string::npos ? Operation::kTransactWriteItems
                                                           : Operation::kBatchWriteItem,
               write);
  };
  const auto batch_get = [] {
    return ask(Operation::kBatchGetItem, R"({"RequestItems":{"t":{"Keys":[{"id":{"S":"b"}}]}}})");
  };
  counted_tape(path, studio, list(create_table(), writing(), get("a"), batch_get()));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  CHECK_FALSE(deck->handle(get("a")).ok());
  CHECK_FALSE(deck->handle(batch_get()).ok());
  CHECK(deck->handle(writing()).ok());
  CHECK(deck->handle(batch_get()).ok());
  CHECK(deck->handle(get("a")).ok());
}

TEST_CASE("a write to one item of a batch says nothing of the others", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto batch = [] {
    return ask(Operation::kBatchWriteItem,
               R"({"RequestItems":{"t":[{"PutRequest":{"Item":{"id":{"S":"a"}}}},)"
               R"({"PutRequest":{"Item":{"id":{"S":"b"}}}}]}})");
  };
  //                     1               2        3              4         5              6
  counted_tape(path, studio,
               list(create_table(), batch(), put("b", "2"), get("a"), put("a", "2"), get("a")));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  CHECK(deck->handle(create_table()).body == n(1));
  CHECK(deck->handle(batch()).body == n(2));
  SECTION("the other is read as the batch left it") {
    CHECK(deck->handle(put("b", "2")).body == n(3));
    CHECK(deck->handle(get("a")).body == n(4));
    CHECK(deck->handle(put("a", "2")).body == n(5));
    CHECK(deck->handle(get("a")).body == n(6));
    CHECK(deck->report().unplayed == 0);
  }
  SECTION("and no longer once it is written itself") {
    CHECK(deck->handle(put("a", "2")).body == n(5));
    CHECK(deck->handle(get("a")).body == n(6));
    CHECK_FALSE(deck->handle(get("a")).ok());
  }
}

TEST_CASE("pages and iterators follow each other under every order", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto page = [](const std::string& token) {
    return ask(
        Operation::kScan,
        R"({"TableName":"t")" + (token.empty() ? "" : ",\"ExclusiveStartKey\":" + token) + "}");
  };
  {
    const auto deck = studio.deck([calls = studio.calls](const Request&) {
      return answer(R"({"LastEvaluatedKey":{"id":{"S":")" + std::to_string(++*calls) + R"("}}})");
    });
    REQUIRE(deck->insert(recording(path)));
    std::string token;
    for (int i = 1; i <= 3; ++i) {
      (void)deck->handle(page(token));
      token = R"({"id":{"S":")" + std::to_string(i) + R"("}})";
    }
    REQUIRE(deck->eject());
  }
  const auto order = GENERATE(Order::kStrict, Order::kItem, Order::kFree);
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, order)));
  std::string token;
  for (int i = 1; i <= 3; ++i) {
    token = R"({"id":{"S":")" + std::to_string(i) + R"("}})";
    const std::string before = i == 1 ? "" : R"({"id":{"S":")" + std::to_string(i - 1) + R"("}})";
    CHECK(deck->handle(page(before)).body == R"({"LastEvaluatedKey":)" + token + "}");
  }
}

TEST_CASE("repeats are once, the last, or in turn", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  counted_tape(path, studio, list(get("a"), get("a")));
  const auto order = GENERATE(Order::kStrict, Order::kItem, Order::kFree);
  CassetteOptions options = replaying(path, order);
  const auto answers = [&](Repeat repeat) {
    options.repeat = repeat;
    const auto deck = studio.empty_deck();
    REQUIRE(deck->insert(options));
    std::vector<std::string> bodies;
    for (int i = 0; i < 4; ++i) {
      const Response response = deck->handle(get("a"));
      bodies.push_back(response.ok() ? response.body : "refused");
    }
    return bodies;
  };
  CHECK(answers(Repeat::kOnce) == std::vector<std::string>{n(1), n(2), "refused", "refused"});
  CHECK(answers(Repeat::kLast) == std::vector<std::string>{n(1), n(2), n(2), n(2)});
  CHECK(answers(Repeat::kCycle) == std::vector<std::string>{n(1), n(2), n(1), n(2)});
}

TEST_CASE("each test plays its own section from its start", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto in_session = [](Request request, const std::string& session, int way) {
    if (way == 0) request.session = session;
    if (way == 1) request.headers.add("X-Dynadeck-Session", session);
    if (way == 2) request.access_key = "session-" + session;
    return request;
  };
  const int way = GENERATE(0, 1, 2);
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    for (const char* session : {"one", "two"}) {
      (void)deck->handle(in_session(put("a", "1"), session, way));
      (void)deck->handle(in_session(get("a"), session, way));
    }
    REQUIRE(deck->eject());
  }
  const auto order = GENERATE(Order::kStrict, Order::kItem, Order::kFree);
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, order)));
  // In parallel, the later one first.
  CHECK(deck->handle(in_session(put("a", "1"), "two", way)).body == n(3));
  CHECK(deck->handle(in_session(put("a", "1"), "one", way)).body == n(1));
  CHECK(deck->handle(in_session(get("a"), "two", way)).body == n(4));
  CHECK(deck->handle(in_session(get("a"), "one", way)).body == n(2));
  CHECK(deck->report().clean());
  // Marked again it begins again.
  REQUIRE(deck->mark("two", "two"));
  CHECK(deck->handle(in_session(put("a", "1"), "two", way)).body == n(3));
  CHECK_FALSE(deck->handle(in_session(get("a"), "three", way)).ok());
  CHECK_FALSE(deck->mark("three"));
}

TEST_CASE("a mark without a session names the section of what follows", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  AdminRequest admin;
  admin.method = "POST";
  admin.path = "/_dynadeck/cassette/mark";
  const auto mark = [&](Deck& deck, const std::string& name) {
    admin.body = "{\"name\":\"" + name + "\"}";
    return deck.admin()(admin).status;
  };
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    CHECK(mark(*deck, "of a test that asks for nothing") == 200);
    for (const char* name : {"first", "second"}) {
      CHECK(mark(*deck, name) == 200);
      (void)deck->handle(get("a"));
    }
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path)));
  CHECK(mark(*deck, "second") == 200);
  CHECK(deck->handle(get("a")).body == n(2));
  CHECK(mark(*deck, "first") == 200);
  CHECK(deck->handle(get("a")).body == n(1));
  CHECK(mark(*deck, "third") == 404);
  CHECK(mark(*deck, "of a test that asks for nothing") == 200);
  CHECK_FALSE(deck->handle(get("a")).ok());
}

TEST_CASE("ignored paths do not matter, given or recorded", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto put_at = [](const std::string& time) {
    return ask(Operation::kPutItem,
               R"({"TableName":"t","Item":{"id":{"S":"a"},"at":{"N":")" + time + R"("}}})");
  };
  const bool when_recording = GENERATE(true, false);
  CassetteOptions options = recording(path);
  if (when_recording) REQUIRE(set_option(options, "ignore", "$.Item.at"));
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(options));
    (void)deck->handle(put_at("1"));
    REQUIRE(deck->eject());
  }
  options = replaying(path);
  if (!when_recording) {
    const auto strict = studio.empty_deck();
    REQUIRE(strict->insert(options));
    CHECK_FALSE(strict->handle(put_at("2")).ok());
    REQUIRE(set_option(options, "ignore", "$.Item.at"));
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  CHECK(deck->handle(put_at("2")).body == n(1));
}

TEST_CASE("rules hold for their operation and table only", "[cassettes]") {
  const auto rules = MatchRules::make({{"Put*", "orders", "$.Item.at", "", ""}});
  REQUIRE(rules);
  const auto hash = [&](const std::string& operation, const std::string& table,
                        const std::string& at) {
    return rules->hash(operation, "0", "r",
                       R"({"TableName":")" + table + R"(","Item":{"at":")" + at + "\"}}");
  };
  CHECK(hash("PutItem", "orders", "1") == hash("PutItem", "orders", "2"));
  CHECK(hash("PutItem", "users", "1") != hash("PutItem", "users", "2"));
  CHECK(hash("UpdateItem", "orders", "1") != hash("UpdateItem", "orders", "2"));
}

TEST_CASE("match-only leaves the rest out", "[cassettes]") {
  const auto rules = MatchRules::make({{"", "", "", "", "$.Key"}});
  REQUIRE(rules);
  const auto hash = [&](const std::string& body) { return rules->hash("GetItem", "0", "r", body); };
  CHECK(hash(R"({"Key":{"id":{"S":"a"}},"ConsistentRead":true})") ==
        hash(R"({"Key":{"id":{"S":"a"}},"ExpressionAttributeNames":{"#a":"b"}})"));
  CHECK(hash(R"({"Key":{"id":{"S":"a"}}})") != hash(R"({"Key":{"id":{"S":"b"}}})"));
}

TEST_CASE("rules that cannot be used are named", "[cassettes]") {
  CHECK_FALSE(MatchRules::make({{"", "", "Item", "", ""}}));
  CHECK_FALSE(MatchRules::make({{"", "", "", "((", ""}}));
  CassetteOptions options;
  CHECK_FALSE(set_option(options, "order", "sideways"));
  CHECK_FALSE(set_option(options, "speed", "fast"));
  CHECK_FALSE(set_option(options, "nonsense", "1"));
  CHECK(set_option(options, "speed", "10x"));
  CHECK(options.speed == 10);
}

TEST_CASE("a file of rules is read, and what is wrong in it is named", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("rules.json");
  const auto [text, error] = GENERATE(table<std::string, std::string>({
      {R"([{"operation":"Put*","table":"orders","ignore":"$.Item.at"},{"only":"$.Key"}])", ""},
      {R"({"rules":[{"normalise":"uuid"}]})", ""},
      {R"([{"ignore":"$.a"},{"ignored":"$.b"}])", "rule 2 has no member ignored"},
      {R"([{"operation":"PutItem"}])", "rule 1 needs one of ignore, normalise and only"},
      {R"([{"ignore":"$.a","only":"$.b"}])", "rule 1 needs one of"},
      {R"([{"ignore":["$.a"]}])", "rule 1 has no text as its ignore"},
      {R"(["$.a"])", "rule 1 is no JSON object"},
      {"[]", "is no JSON list of rules"},
      {"nonsense", "is no JSON list of rules"},
  }));
  CAPTURE(text);
  write_file(path, text);
  CassetteOptions options;
  const auto done = set_option(options, "match-rules", path);
  CHECK(done.ok() == error.empty());
  if (!done) CHECK(done.error().find(error) != std::string::npos);
  if (done) CHECK_FALSE(options.match.empty());
}

TEST_CASE("fresh ids stand for the taped ones, in later answers too", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const std::string one = "11111111-1111-4111-8111-111111111111";
  const std::string two = "22222222-2222-4222-8222-222222222222";
  const std::string new_one = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
  const std::string new_two = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
  {
    const auto deck = studio.deck([](const Request& request) {
      return answer(R"({"Item":{"pk":{"S":"USER#)" +
                    request.body.substr(request.body.find('#') + 1, 36) + R"("}}})");
    });
    REQUIRE(deck->insert(recording(path)));
    for (const auto& id : {one, two}) (void)deck->handle(put("U#" + id, "x"));
    for (const auto& id : {one, two}) (void)deck->handle(get("U#" + id));
    REQUIRE(deck->eject());
  }
  CassetteOptions options = replaying(path, Order::kItem);
  REQUIRE(set_option(options, "normalise", "uuid"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  for (const auto& id : {new_one, new_two}) CHECK(deck->handle(put("U#" + id, "x")).ok());
  // Asked the other way round, each id gets its own answer.
  for (const auto& id : {new_two, new_one}) {
    CHECK(deck->handle(get("U#" + id)).body == R"({"Item":{"pk":{"S":"USER#)" + id + R"("}}})");
  }
  CHECK(deck->report().clean());
}

TEST_CASE("a replay can take the time that the recording took", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  {
    const auto deck = studio.deck([&studio](const Request&) {
      studio.clock.advance(std::chrono::milliseconds(50));
      return answer("{}");
    });
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(get("a"));
    REQUIRE(deck->eject());
  }
  CassetteOptions options = replaying(path);
  REQUIRE(set_option(options, "speed", "10x"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  const Response response = deck->handle(get("a"));
  REQUIRE(response.delivery);
  CHECK(response.delivery->delay == std::chrono::milliseconds(5));
}
