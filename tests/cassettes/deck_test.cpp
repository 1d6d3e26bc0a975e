#include "cassettes/deck.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "cassettes/tape/reader.h"
#include "harness/seam/error.h"
#include "tests/cassettes/doubles.h"

using namespace dynadeck;
using namespace dynadeck::cassettes;
using namespace dynadeck::cassettes::testing;

TEST_CASE("what was recorded is replayed without an engine", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    CHECK(deck->handle(put("a", "1")).body == R"({"n":1})");
    CHECK(deck->handle(get("a")).body == R"({"n":2})");
    CHECK(deck->handle(get("a")).body == R"({"n":3})");
    REQUIRE(deck->eject());
    CHECK(deck->stats().exchanges_recorded == 3);
  }
  const auto order = GENERATE(Order::kStrict, Order::kItem, Order::kFree);
  const auto deck = studio.empty_deck();
  CassetteOptions options = replaying(path, order);
  options.verify = GENERATE(true, false);
  REQUIRE(deck->insert(options));
  CHECK(deck->handle(put("a", "1")).body == R"({"n":1})");
  const Response first = deck->handle(get("a"));
  CHECK(first.body == R"({"n":2})");
  CHECK(first.headers.find("x-amzn-requestid") == "REQUESTID");
  // What was not asked for counts only where all of the tape has to be played.
  CHECK(deck->report().clean() != options.verify);
  CHECK(deck->handle(get("a")).body == R"({"n":3})");
  const auto report = deck->eject();
  REQUIRE(report);
  CHECK(report->clean());
  CHECK(report->played == 3);
  CHECK(deck->stats().exchanges_played == 3);
}

TEST_CASE("everything about an answer is replayed", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  {
    const auto deck = studio.deck([](const Request&) {
      Response response = error_response("ThrottlingException", "slow down");
      response.headers.add("x-amz-retry-after", "1500");
      response.headers.add("Set-Cookie", "secret=1");
      response.faults.push_back({"throttle", "error"});
      response.delivery.emplace();
      response.delivery->end = Delivery::End::kClose;
      return response;
    });
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(get("a"));
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path)));
  const Response response = deck->handle(get("a"));
  CHECK(response.status == 400);
  CHECK(response.error_code == "ThrottlingException");
  CHECK(response.headers.find("x-amz-retry-after") == "1500");
  CHECK_FALSE(response.headers.find("set-cookie"));
  REQUIRE(response.faults.size() == 1);
  CHECK(response.faults[0].rule == "throttle");
  REQUIRE(response.delivery);
  CHECK(response.delivery->end == Delivery::End::kClose);
}

TEST_CASE("a body is only believed to be JSON where nobody changed it", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const bool broken = GENERATE(false, true);
  const std::string body = broken ? "{\"n\": \n <" : "{\"n\":1}";
  {
    const auto deck = studio.deck([&](const Request&) {
      Response response = answer(body);
      response.one_line_json = true;  // which the fault below did not take back
      if (broken) response.faults.push_back({"rule", "corrupt"});
      return response;
    });
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(get("a"));
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path)));
  CHECK(deck->handle(get("a")).body == body);
}

TEST_CASE("a request that was there before its tape came with the tape", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto deck = studio.counting_deck();
  Request early = get("a");
  early.arrived = studio.clock.monotonic() + std::chrono::seconds(1);
  studio.clock.advance(std::chrono::seconds(5));
  REQUIRE(deck->insert(recording(path)));
  studio.clock.advance(std::chrono::seconds(2));
  Request late = get("b");
  late.arrived = studio.clock.monotonic() - std::chrono::milliseconds(500);
  (void)deck->handle(early);
  (void)deck->handle(late);
  REQUIRE(deck->eject());
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  std::vector<std::int64_t> times;
  (void)tape->for_each_line([&](std::string_view line, std::size_t) {
    const auto exchange = parse_interaction(line);
    if (exchange) times.insert(times.end(), {exchange->offset.count(), exchange->duration.count()});
    return true;
  });
  CHECK(times == std::vector<std::int64_t>{0, 2'000'000, 1'500'000, 500'000});
}

TEST_CASE("a request under way does not keep others from an ejected tape", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto deck = studio.deck([](const Request&) {
    Response response;
    response.deferred = Response::Deferred();
    response.deferred->resume = [] { return answer("{}"); };
    return response;
  });
  REQUIRE(deck->insert(recording(path)));
  const Request request = get("a");
  Response held = deck->handle(request);
  REQUIRE(deck->eject());
  CassetteOptions again = recording(path);
  again.overwrite = true;
  const auto inserted = deck->insert(again);
  INFO((inserted ? std::string() : inserted.error()));
  CHECK(inserted);
  CHECK(held.deferred->resume().body == "{}");
  CHECK(deck->stats().exchanges_lost == 1);
}

TEST_CASE("a deferred answer is recorded when it exists, with its wait", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  {
    const auto deck = studio.deck([](const Request&) {
      Response outer;
      outer.deferred = Response::Deferred();
      outer.deferred->delay = std::chrono::milliseconds(30);
      outer.deferred->resume = [] {
        Response inner = answer(R"({"late":true})");
        inner.faults.push_back({"slow", "latency"});
        return inner;
      };
      return outer;
    });
    REQUIRE(deck->insert(recording(path)));
    const Request request = get("a");
    const Request abandoned = get("b");
    Response response = deck->handle(request);
    REQUIRE(response.deferred);
    (void)deck->handle(abandoned);
    CHECK(response.deferred->resume().body == R"({"late":true})");
    REQUIRE(deck->eject());
    CHECK(deck->stats().exchanges_recorded == 1);
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path)));
  const Response response = deck->handle(get("a"));
  CHECK(response.body == R"({"late":true})");
  REQUIRE(response.delivery);
  CHECK(response.delivery->delay == std::chrono::milliseconds(30));
}

TEST_CASE("strict order is the order of arrival", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(get("a"));
    (void)deck->handle(get("b"));
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path)));
  const Response refused = deck->handle(get("b"));
  CHECK(refused.status == 400);
  CHECK(refused.error_code == "CassetteUnmatchedException");
  CHECK(refused.body.find("the tape expects exchange 1") != std::string::npos);
  CHECK(deck->handle(get("a")).body == R"({"n":1})");
  CHECK(deck->handle(get("b")).body == R"({"n":2})");
  CHECK(deck->report().unmatched == 1);
  CHECK(deck->report().unplayed == 0);
}

TEST_CASE("exchanges that overlapped may be asked in either order", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto order = GENERATE(Order::kStrict, Order::kItem);
  {
    const auto deck = studio.deck([](const Request& request) {
      Response outer;
      outer.deferred = Response::Deferred();
      outer.deferred->resume = [&request] { return answer(request.body); };
      return outer;
    });
    REQUIRE(deck->insert(recording(path)));
    const Request first = put("a", "1");
    const Request second = put("a", "2");
    Response one = deck->handle(first);
    Response two = deck->handle(second);
    (void)two.deferred->resume();
    (void)one.deferred->resume();
    const Request third = put("a", "3");
    (void)deck->handle(third).deferred->resume();
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, order)));
  // Keys of the table are known to nobody here, so item order keeps nothing; strict order does.
  if (order == Order::kStrict) CHECK_FALSE(deck->handle(put("a", "3")).ok());
  CHECK(deck->handle(put("a", "2")).body == put("a", "2").body);
  CHECK(deck->handle(put("a", "1")).body == put("a", "1").body);
  CHECK(deck->handle(put("a", "3")).body == put("a", "3").body);
}

TEST_CASE("a refusal names tape, request, nearest exchange and difference", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(put("a", "1"));
    (void)deck->handle(get("a"));
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  const Response refused = deck->handle(get("other"));
  CHECK(refused.status == 400);
  for (const char* part : {"a.tape", "GetItem", "other", "exchange 2",
                           R"($.Key.id.S: asked \"other\", recorded \"a\")", "new-episodes"}) {
    INFO(part << " in " << refused.body);
    CHECK(refused.body.find(part) != std::string::npos);
  }
  AdminRequest request;
  request.method = "GET";
  request.path = "/_dynadeck/cassette/unmatched";
  const Response admin = deck->admin()(request);
  CHECK(admin.status == 200);
  CHECK(admin.body.find(R"("nearest":2)") != std::string::npos);
  CHECK(to_text(deck->report()).find("$.Key.id.S") != std::string::npos);

  Request elsewhere = get("a");
  elsewhere.scope.region = "eu-west-1";
  CHECK(deck->handle(elsewhere).body.find("recorded 000000000000/us-east-1") != std::string::npos);
}

TEST_CASE("a refusal says what is compared, and of what is there", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto put_at = [](const std::string& id, const std::string& time) {
    return ask(Operation::kPutItem, R"({"TableName":"t","Item":{"id":{"S":")" + id +
                                        R"("},"at":{"N":")" + time + R"("}}})");
  };
  const auto in_session = [](Request request, const std::string& session) {
    request.session = session;
    return request;
  };
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(in_session(put_at("a", "1"), "one"));
    (void)deck->handle(in_session(put_at("b", "2"), "two"));
    REQUIRE(deck->eject());
  }
  CassetteOptions options = replaying(path, Order::kItem);
  REQUIRE(set_option(options, "ignore", "$.Item.at"));
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(options));
  const auto refusal = [&](const Request& request) {
    const Response refused = deck->handle(request);
    CHECK(refused.status == 400);
    return refused.body;
  };
  const std::string ignored = refusal(put_at("c", "3"));
  CHECK(ignored.find("$.Item.id.S") != std::string::npos);
  CHECK(ignored.find("$.Item.at") == std::string::npos);
  const std::string other = refusal(get("a"));
  CHECK(other.find("holds no GetItem. The nearest recorded request is exchange 1, PutItem") !=
        std::string::npos);
  CHECK(refusal(in_session(get("a"), "three")).find("no section three; it has: one; two.") !=
        std::string::npos);
}

TEST_CASE("on a long tape the nearest is found around its place, and elsewhere", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  constexpr int kPuts = 6000;
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    for (int i = 0; i < kPuts; ++i) (void)deck->handle(put(std::to_string(i), "x"));
    for (int i = 0; i < 100; ++i) (void)deck->handle(get(std::to_string(i)));
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  for (int i = 0; i < 5000; ++i) (void)deck->handle(put(std::to_string(i), "x"));
  (void)deck->handle(put("5010", "y"));
  (void)deck->handle(get("unknown"));
  (void)deck->handle(ask(Operation::kQuery, R"({"TableName":"t"})"));
  const auto unmatched = deck->report().unmatched_requests;
  REQUIRE(unmatched.size() == 3);
  CHECK(unmatched[0].nearest == 5011);
  CHECK(unmatched[1].nearest > kPuts);
  CHECK(unmatched[2].reason.find("Near this place the tape holds no Query") == 0);
}

TEST_CASE("all of a large difference is told, and the start of it in the error", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto put_many = [](const std::string& value) {
    std::string item = R"("id":{"S":"a"})";
    for (int i = 100; i < 150; ++i) {
      item += ",\"k" + std::to_string(i) + "\":{\"S\":\"" + value + "\"}";
    }
    return ask(Operation::kPutItem, R"({"TableName":"t","Item":{)" + item + "}}");
  };
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(put_many("x"));
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path)));
  const std::string error = deck->handle(put_many("y")).body;
  CHECK(error.find("k104") < error.find("and 45 more"));
  CHECK(to_json(deck->report()).find("$.Item.k149.S") != std::string::npos);
  CHECK(to_text(deck->report()).find("$.Item.k149.S") != std::string::npos);
}

TEST_CASE("a tape that was cut short is played as far as it goes, and the report says so",
          "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(get("a"));
    REQUIRE(deck->eject());
  }
  const auto text_of = [&](const std::string& tape) {
    const auto deck = studio.empty_deck();
    REQUIRE(deck->insert(replaying(tape)));
    return to_text(deck->report());
  };
  CHECK(text_of(path).find("cut short") == std::string::npos);
  const std::string bytes = read_file(path);
  write_file(folder.file("b.tape"), bytes.substr(0, bytes.size() * 3 / 4));
  CHECK(text_of(folder.file("b.tape")).find("the tape was cut short") != std::string::npos);
}

TEST_CASE("a private database is told of the writes that the tape answers", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(put("a", "1"));
    (void)deck->handle(get("a"));
    REQUIRE(deck->eject());
  }
  const bool is_private = GENERATE(true, false);
  const bool records = GENERATE(true, false);
  std::vector<std::string> heard;
  FakeService database([&](const Request& request) {
    heard.emplace_back(info(request.operation).name);
    return answer("{}");
  });
  int linked = 0;
  DeckContext context = studio.context();
  if (is_private) context.private_database = &database;
  Deck deck(std::make_unique<FakeService>([&](const Request& request) {
              ++linked;
              return database.handle(request);
            }),
            context);
  CassetteOptions options = replaying(path);
  if (records) options.mode = Mode::kNewEpisodes;
  if (!records) options.unmatched = Unmatched::kPassthrough;
  REQUIRE(deck.insert(options));
  CHECK(deck.handle(put("a", "1")).body == R"({"n":1})");
  CHECK(deck.handle(get("a")).body == R"({"n":2})");
  CHECK(deck.handle(get("b")).body == "{}");
  CHECK(linked == 1);  // what the tape answered goes past faults
  const std::vector<std::string> told = is_private ? std::vector<std::string>{"PutItem", "GetItem"}
                                                   : std::vector<std::string>{"GetItem"};
  CHECK(heard == told);
  const auto report = deck.eject();
  REQUIRE(report);
  CHECK(report->new_exchanges == (records ? 1 : 0));
  CHECK(report->passed_on == (records ? 0 : 1));
}

TEST_CASE("many threads are recorded completely", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(recording(path)));
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&deck, t] {
        for (int i = 0; i < kEach; ++i) {
          (void)deck->handle(get(std::to_string(t) + "-" + std::to_string(i)));
        }
      });
    }
    for (auto& thread : threads) thread.join();
    REQUIRE(deck->eject());
    CHECK(deck->stats().exchanges_recorded == kThreads * kEach);
  }
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  CHECK(tape->stored_index_fits());

  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&deck, &failed, t] {
      for (int i = kEach; i-- > 0;) {
        if (!deck->handle(get(std::to_string(t) + "-" + std::to_string(i))).ok()) ++failed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(deck->report().clean());
}

TEST_CASE("the modes are those of VCR", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  CassetteOptions options = recording(path);

  SECTION("once records what is not there yet, and replays it after") {
    options.mode = Mode::kOnce;
    for (int round = 0; round < 2; ++round) {
      const auto deck = studio.counting_deck();
      REQUIRE(deck->insert(options));
      CHECK(deck->handle(get("a")).body == R"({"n":1})");
      if (round == 1) CHECK_FALSE(deck->handle(get("b")).ok());
      REQUIRE(deck->eject());
    }
    CHECK(*studio.calls == 1);
  }
  SECTION("new-episodes adds what is not there") {
    options.mode = Mode::kNewEpisodes;
    for (int round = 0; round < 3; ++round) {
      const auto deck = studio.counting_deck();
      REQUIRE(deck->insert(options));
      CHECK(deck->handle(get("a")).body == R"({"n":1})");
      if (round > 0) CHECK(deck->handle(get("b")).body == R"({"n":2})");
      REQUIRE(deck->eject());
    }
    CHECK(*studio.calls == 2);
  }
  SECTION("none does not need a tape that is not there") {
    options.mode = Mode::kNone;
    const auto deck = studio.counting_deck();
    const auto done = deck->insert(options);
    REQUIRE_FALSE(done);
    CHECK(done.error().find(path) != std::string::npos);
  }
  SECTION("all does not replace a tape unless told") {
    for (int round = 0; round < 2; ++round) {
      options.overwrite = round == 1;
      const auto deck = studio.counting_deck();
      REQUIRE(deck->insert(options));
      (void)deck->handle(get("a"));
      REQUIRE(deck->eject());
    }
    options.overwrite = false;
    CHECK_FALSE(studio.counting_deck()->insert(options));
  }
}

TEST_CASE("a deck without a tape passes everything on", "[cassettes]") {
  Studio studio;
  CHECK(studio.counting_deck()->handle(get("a")).body == R"({"n":1})");
  CHECK_FALSE(studio.empty_deck()->handle(get("a")).ok());
  CHECK(studio.empty_deck()->eject());
}

TEST_CASE("admin requests that make no sense are refused, and change nothing", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto deck = studio.counting_deck();
  const auto asked = [&](const std::string& action, const std::string& body) {
    AdminRequest request;
    request.method = "POST";
    request.path = "/_dynadeck/cassette/" + action;
    request.body = body;
    return deck->admin()(request).status;
  };
  const std::string all = R"({"path":")" + path + R"(","mode":"all")";
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string(R"({"mode":"all"})"),
        std::string(R"({"path":5})"), all + R"(,"mood":"all"})",
        all + R"(,"redact":["pattern:(("]})", all + R"(,"redact":""})"}) {
    INFO(body);
    CHECK(asked("insert", body) == 400);
  }
  CHECK_FALSE(deck->status().inserted);
  CHECK(access(path.c_str(), F_OK) != 0);
  CHECK(asked("stop", "") == 409);
  CHECK(asked("mark", R"({"name":"one"})") == 404);

  REQUIRE(asked("insert", all + "}") == 200);
  CHECK(asked("insert", all + "}") == 409);
  REQUIRE(asked("mark", R"({"name":"one"})") == 200);
  // What is no name is not taken for the end of the section.
  for (const char* body : {"one", R"({"name":5})", R"({"nmae":"two"})", R"(["two"])"}) {
    INFO(body);
    CHECK(asked("mark", body) == 400);
  }
  (void)deck->handle(get("a"));
  REQUIRE(asked("eject", "") == 200);
  CHECK(read_file(path).size() > 0);
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  REQUIRE(tape->for_each_line([](std::string_view line, std::size_t) {
    CHECK(line.find(R"("section":"one")") != std::string_view::npos);
    return true;
  }));
}
