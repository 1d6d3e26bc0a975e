// Values that differ from run to run: what stands for what, in requests and answers.
#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cassettes/matching/bindings.h"
#include "cassettes/matching/renamed_index.h"
#include "cassettes/matching/rules.h"
#include "cassettes/tape/reader.h"
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

// The body of an answer.
using AnswerOf = std::function<std::string(const Request&)>;

void tape_of(const CassetteOptions& options, Studio& studio, const std::vector<Request>& requests,
             const AnswerOf& answer_of) {
  const auto deck = studio.deck([&](const Request& request) { return answer(answer_of(request)); });
  REQUIRE(deck->insert(options));
  for (const Request& request : requests) (void)deck->handle(request);
  REQUIRE(deck->eject());
}

// A tape of these requests; every answer holds what was asked.
void tape_of(const std::string& path, Studio& studio, const std::vector<Request>& requests) {
  tape_of(recording(path), studio, requests, [](const Request& request) { return request.body; });
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

TEST_CASE("items of one time have each their own in the replay", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  using Items = std::vector<std::pair<std::string, std::string>>;
  const auto item = [](const auto& of) {
    return R"({"id":{"S":")" + of.first + R"("},"at":{"S":"at )" + of.second + R"("}})";
  };
  const auto put_one = [&](const auto& of) {
    return ask(Operation::kPutItem, R"({"TableName":"t","Item":)" + item(of) + "}");
  };
  const auto put_all = [&](const Items& items) {
    std::string body = R"({"RequestItems":{"t":[)";
    for (const auto& of : items) {
      if (body.back() == '}') body += ',';
      body += R"({"PutRequest":{"Item":)" + item(of) + "}}";
    }
    return ask(Operation::kBatchWriteItem, body + "]}}");
  };
  const auto page = [&](const Items& items) {
    std::string body = R"({"Items":[)";
    for (const auto& of : items) {
      if (body.back() == '}') body += ',';
      body += item(of);
    }
    return body + R"(],"Count":)" + std::to_string(items.size()) + "}";
  };
  const bool batch = GENERATE(false, true);
  const auto session = [&](const Items& items) {
    std::vector<Request> all =
        list(ask(Operation::kCreateTable,
                 R"({"TableName":"t","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})"));
    if (batch) {
      all.push_back(put_all(items));
    } else {
      for (const auto& of : items) all.push_back(put_one(of));
    }
    all.push_back(ask(Operation::kScan, R"({"TableName":"t"})"));
    for (const auto& of : items) all.push_back(get(of.first));
    return all;
  };
  const Items recorded{{"a", "T-1"}, {"b", "T-1"}, {"c", "T-2"}, {"d", "T-3"}};
  const Items live{{"a", "T-4"}, {"b", "T-5"}, {"c", "T-5"}, {"d", "T-5"}};
  const auto answer_of = [&](const Items& items, const Request& request) -> std::string {
    if (request.operation == Operation::kScan) return page(items);
    if (request.operation != Operation::kGetItem) return "{}";
    for (const auto& of : items) {
      if (request.body == get(of.first).body) return R"({"Item":)" + item(of) + "}";
    }
    return "{}";
  };
  tape_of(recording(path), studio, session(recorded),
          [&](const Request& request) { return answer_of(recorded, request); });
  CassetteOptions options = replaying(path, GENERATE(Order::kStrict, Order::kItem, Order::kFree));
  REQUIRE(set_option(options, "normalise", "pattern:T-[0-9]"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  for (const Request& request : session(live)) {
    CAPTURE(request.body);
    CHECK(deck->handle(request).body == answer_of(live, request));
  }
  CHECK(deck->report().clean());
}

TEST_CASE("attributes of one time have each their own in the replay", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  struct Times {
    std::string created, updated;
  };
  const auto item = [](const Times& times) {
    return R"({"id":{"S":"1"},"created":{"S":")" + times.created +
           R"("},"m":{"M":{"updated":{"S":")" + times.updated + R"("}}}})";
  };
  const auto session = [&](const Times& times) {
    const std::string values =
        R"("ExpressionAttributeValues":{":now":{"S":")" + times.updated + R"("}},"ReturnValues":)";
    const std::string update =
        R"({"TableName":"t","Key":{"id":{"S":"1"}},"UpdateExpression":"SET #m.updated = :now",)"
        R"("ExpressionAttributeNames":{"#m":"m"},)";
    return list(
        ask(Operation::kCreateTable, R"({"TableName":"t","KeySchema":[{"AttributeName":"id"}]})"),
        ask(Operation::kPutItem,
            R"({"TableName":"t","Item":)" + item({times.created, times.created}) + "}"),
        ask(Operation::kUpdateItem, update + values + R"("ALL_OLD"})"), get("1"));
  };
  // The update shows what was there before it.
  const auto answer_of = [&](const Times& times, const Request& request) {
    if (request.operation == Operation::kGetItem) return R"({"Item":)" + item(times) + "}";
    if (request.operation != Operation::kUpdateItem) return std::string("{}");
    return R"({"Attributes":)" + item({times.created, times.created}) + "}";
  };
  const std::string now = "2026-01-01T00:00:00Z";
  const Times recorded{now, now};
  const Times live{"2026-02-02T00:00:01Z", "2026-02-02T00:00:02Z"};
  tape_of(recording(path), studio, session(recorded),
          [&](const Request& request) { return answer_of(recorded, request); });
  CassetteOptions options = replaying(path, GENERATE(Order::kStrict, Order::kItem, Order::kFree));
  REQUIRE(set_option(options, "normalise", "timestamp"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  for (const Request& request : session(live)) {
    CAPTURE(request.body);
    CHECK(deck->handle(request).body == answer_of(live, request));
  }
}

TEST_CASE("what looks like a time proves nothing", "[cassettes]") {
  for (const char* time : {"2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01 00:00", "1767225600",
                           "1767225600000", "1767225600.25"}) {
    CAPTURE(time);
    CHECK(is_time(time));
  }
  for (const char* other : {"", "1", "17672256001", "2026-1-1", "2026-01-01x", "x2026-01-01",
                            "11111111-1111-4111-8111-111111111111"}) {
    CAPTURE(other);
    CHECK_FALSE(is_time(other));
  }
  const auto values = [](const std::string& id, const std::string& time) {
    return Renamed{{".id", id, {}, false}, {".at", time, {}, false}};
  };
  Bindings bindings;
  bindings.bind("taped", "live");
  bindings.bind("1767225600", "1767225601");
  // Of two requests for one id either time is good, and that of before is better.
  CHECK(bindings.fit(values("live", "1767225601"), values("taped", "1767225600")) ==
        Bindings::Fit::kExact);
  CHECK(bindings.fit(values("live", "1767225601"), values("taped", "1767225609")) ==
        Bindings::Fit::kOtherTimes);
  CHECK(bindings.fit(values("live", "1767225601"), values("other", "1767225600")) ==
        Bindings::Fit::kTakesOver);
  CHECK(identifying(values("taped", "1767225600")) == std::vector<std::string>{"taped"});
  CHECK(identifying({{".at", "1767225600", {}, false}}) == std::vector<std::string>{"1767225600"});
}

TEST_CASE("tables with drawn names are known in batches", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto session = [](const std::string& first, const std::string& second) {
    const auto create = [](const std::string& table) {
      return ask(Operation::kCreateTable,
                 R"({"TableName":")" + table +
                     R"(","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})");
    };
    const auto keys = [](const std::string& table) {
      return "\"" + table + R"(":{"Keys":[{"id":{"S":"1"}}]})";
    };
    return list(create(first), create(second),
                ask(Operation::kBatchGetItem,
                    R"({"RequestItems":{)" + keys(first) + "," + keys(second) + "}}"),
                // What a map is keyed by.
                ask(Operation::kPutItem, R"({"TableName":")" + first +
                                             R"(","Item":{"id":{"S":"1"},"m":{"M":{")" + second +
                                             R"(":{"S":"x"}}}}})"));
  };
  const auto answer_of = [](const Request& request) {
    std::string body = request.body;
    if (request.operation == Operation::kBatchGetItem) body.replace(2, 12, "Responses");
    return body;
  };
  CassetteOptions options = recording(path);
  const bool by_path = GENERATE(true, false);
  REQUIRE(set_option(options, "normalise", by_path ? "$.TableName" : "pattern:-[0-9]+"));
  tape_of(options, studio, session("orders-17", "users-4"), answer_of);
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, GENERATE(Order::kStrict, Order::kItem, Order::kFree))));
  const bool keyed_by_it = !by_path;  // a path says nothing of names in items
  const std::vector<Request> asked = session("orders-8", "users-97");
  for (std::size_t i = 0; i < (keyed_by_it ? 4 : 3); ++i) {
    CAPTURE(asked[i].body);
    CHECK(deck->handle(asked[i]).body == answer_of(asked[i]));
  }
}

TEST_CASE("keys of one time are told apart by what else is in them", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto key = [](const std::string& user, const std::string& at) {
    return R"({"user":{"S":")" + user + R"("},"at":{"S":")" + at + R"("}})";
  };
  const auto put_it = [&](const std::string& user, const std::string& at) {
    return ask(Operation::kPutItem, R"({"TableName":"t","Item":)" + key(user, at) + "}");
  };
  const auto get_it = [&](const std::string& user, const std::string& at) {
    return ask(Operation::kGetItem, R"({"TableName":"t","Key":)" + key(user, at) + "}");
  };
  const auto create_table = [] {
    return ask(
        Operation::kCreateTable,
        R"({"TableName":"t","KeySchema":[{"AttributeName":"user"},{"AttributeName":"at"}]})");
  };
  // Nobody has put ann@T-2.
  tape_of(recording(path), studio,
          list(create_table(), put_it("ann", "T-1"), put_it("bob", "T-2"), get_it("ann", "T-2"),
               get_it("ann", "T-1")),
          [&](const Request& request) {
            return request.body == get_it("ann", "T-2").body ? "{}" : request.body;
          });
  CassetteOptions options = replaying(path, GENERATE(Order::kItem, Order::kFree));
  REQUIRE(set_option(options, "normalise", GENERATE("pattern:T-[0-9]", "$.Item.at")));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  for (const Request& request :
       list(create_table(), put_it("ann", "T-9"), put_it("bob", "T-9"), get_it("ann", "T-9"))) {
    CAPTURE(request.body);
    CHECK(deck->handle(request).body == request.body);
  }
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
  const auto values = [](const std::string& value) { return Renamed{{"$.id", value, {}, false}}; };
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
  // What a value may stand for, the newest first.
  bindings.bind("third", "live");
  CHECK(bindings.all_taped({std::string("live")}) ==
        std::vector<std::vector<std::string>>{{"third"}, {"taped"}});
  CHECK(bindings.all_taped({std::string("unknown")}).empty());
}

TEST_CASE("items are found wherever requests and answers speak of them", "[cassettes]") {
  const Scope scope{"000000000000", "us-east-1"};
  KeySchemas keys;
  keys.add_json(R"({"t":["id"],"u":["id"]})");
  const auto in_request = [&](const std::string& body) {
    return PlacedItems::of_request(scope, body, keys);
  };
  const std::string id = R"({"id":{"S":"1"}})";
  const std::uint64_t item = in_request(R"({"TableName":"t","Key":)" + id + "}").at("").item;
  REQUIRE(item != 0);
  CHECK(PlacedItems::of_request({"000000000000", "eu-west-1"},
                                R"({"TableName":"t","Key":)" + id + "}", keys)
            .at("")
            .item != item);
  CHECK(in_request(R"({"TableName":"u","Key":)" + id + "}").at("").item != item);
  CHECK(in_request(R"({"TableName":"unknown","Key":)" + id + "}").at("").item == 0);

  const auto [place, request] = GENERATE_COPY(table<std::string, std::string>({
      {".ExpressionAttributeValues.:v.S", R"({"Key":@,"TableName":"t"})"},
      {".Item.at.S", R"({"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/t","Item":@})"},
      {".RequestItems.t[1].PutRequest.Item.at.S",
       R"({"RequestItems":{"u":[],"t":[{"DeleteRequest":{"Key":{"id":{"S":"2"}}}},)"
       R"({"PutRequest":{"Item":@}}]}})"},
      {".RequestItems.t.Keys[0].id.S", R"({"RequestItems":{"t":{"Keys":[@]}}})"},
      {".TransactItems[0].Put.Item.at.S",
       R"({"TransactItems":[{"Put":{"TableName":"t","Item":@}}]})"},
      {".ExclusiveStartKey.at.S",
       R"({"TableName":"t","ExclusiveStartKey":{"at":{"S":"9"},"id":{"S":"1"}}})"},
  }));
  const auto filled = [&](std::string text) {
    for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@')) {
      text.replace(at, 1, id);
    }
    return text;
  };
  CAPTURE(request);
  CHECK(in_request(filled(request)).at(place).item == item);

  const auto [of, asked, answered] = GENERATE_COPY(table<std::string, std::string, std::string>({
      {".Item.at.S", R"({"TableName":"t","Key":{}})", R"({"Item":@})"},
      {".Attributes.at.S", R"({"TableName":"t","Key":@})", R"({"Attributes":{"at":{"S":"9"}}})"},
      {".Items[1].at.S", R"({"TableName":"t"})", R"({"Items":[{"id":{"S":"2"}},@]})"},
      {".LastEvaluatedKey.at.S", R"({"TableName":"t"})", R"({"LastEvaluatedKey":@})"},
      {".Responses.t[0].at.S", "{}", R"({"Responses":{"u":[],"t":[@]}})"},
      {".UnprocessedItems.t[0].PutRequest.Item.at.S", "{}",
       R"({"UnprocessedItems":{"t":[{"PutRequest":{"Item":@}}]}})"},
      {".Responses[1].Item.at.S",
       R"({"TransactItems":[{"Get":{"TableName":"u"}},{"Get":{"TableName":"t"}}]})",
       R"({"Responses":[{},{"Item":@}]})"},
      {".CancellationReasons[0].Item.at.S", R"({"TransactItems":[{"Put":{"TableName":"t"}}]})",
       R"({"CancellationReasons":[{"Code":"ConditionalCheckFailed","Item":@}]})"},
      {".Records[0].dynamodb.NewImage.at.S",
       R"({"ShardIterator":"arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026|1|AA"})",
       R"({"Records":[{"dynamodb":{"Keys":@,"NewImage":{"at":{"S":"9"}}}}]})"},
  }));
  CAPTURE(answered);
  CHECK(PlacedItems::of_answer(scope, filled(asked), filled(answered), keys).at(of).item == item);
}

TEST_CASE("each request of a large group is read once", "[cassettes]") {
  constexpr std::uint32_t kCount = 1000;
  std::uint64_t reads = 0;
  RenamedIndex index([&](std::uint32_t ordinal) {
    ++reads;
    return std::optional(Renamed{{"$.id", std::to_string(ordinal), {}, false}});
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
