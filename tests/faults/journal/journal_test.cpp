#include "faults/journal/journal.h"

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

Response throttled() {
  Response response;
  response.status = 400;
  response.error_code = "ThrottlingException";
  response.faults = {{"storm", "error"}};
  return response;
}

Response ask(const AdminHandler& handler, std::multimap<std::string, std::string> query,
             std::string method = "GET") {
  AdminRequest request;
  request.method = std::move(method);
  request.path = "/_dynadeck/requests";
  request.query = std::move(query);
  return handler(request);
}

}  // namespace

TEST_CASE("the journal says who asked what and what was done", "[faults]") {
  ManualClock clock;
  Journal journal(100);
  Response answer;
  JournalService service(std::make_unique<FakeService>([&](const Request&) {
                           clock.advance(2ms);
                           return answer;
                         }),
                         journal, clock);
  const AdminHandler handler = journal_handler(journal, clock);
  Request request = make_request(Operation::kPutItem, R"({"TableName":"T"})");
  request.headers.add("amz-sdk-invocation-id", "call-1");
  request.headers.add("amz-sdk-request", "attempt=1; max=3");
  answer = throttled();
  service.handle(request);
  request.headers.set("amz-sdk-request", "attempt=2; max=3");
  service.handle(request);
  answer = Response{};
  request.headers.set("amz-sdk-request", "attempt=3; max=3");
  service.handle(request);
  service.handle(make_request(Operation::kGetItem, R"({"TableName":"U"})"));

  SECTION("three attempts, two of them throttled") {
    const json all = json::parse(ask(handler, {{"operation", "PutItem"}}).body);
    CHECK(all["count"] == 3);
    CHECK(all["counts"]["outcome"]["ThrottlingException"] == 2);
    CHECK(all["counts"]["outcome"]["ok"] == 1);
    CHECK(all["counts"]["rule"]["storm"] == 2);
    CHECK(all["requests"][1]["attempt"] == 2);
    CHECK(all["requests"][1]["invocation_id"] == "call-1");
    CHECK(all["requests"][1]["tables"] == json::array({"T"}));
    CHECK(all["requests"][1]["faults"][0]["kind"] == "error");
    CHECK(all["requests"][1]["duration_micros"] == 2000);
  }
  SECTION("filters") {
    const auto count = [&](const std::string& name, const std::string& value) {
      return json::parse(ask(handler, {{name, value}}).body)["count"].get<int>();
    };
    CHECK(count("table", "T") == 3);
    CHECK(count("table", "X") == 0);
    CHECK(count("outcome", "ok") == 2);
    CHECK(count("outcome", "error") == 2);
    CHECK(count("rule", "storm") == 2);
    CHECK(count("kind", "latency") == 0);
    CHECK(count("attempt", "3") == 1);
    CHECK(count("after", "3") == 1);
    CHECK(json::parse(ask(handler, {{"table", "T"}, {"table", "U"}}).body)["count"] == 4);
    CHECK(ask(handler, {{"tabel", "T"}}).status == 400);
    CHECK(ask(handler, {{"operation", "Putitem"}}).status == 400);
    CHECK(ask(handler, {{"attempt", "second"}}).status == 400);
    CHECK(json::parse(ask(handler, {{"limit", "1"}}).body)["requests"].size() == 1);
  }
  SECTION("DELETE empties") {
    CHECK(ask(handler, {}, "DELETE").status == 200);
    CHECK(json::parse(ask(handler, {}).body)["count"] == 0);
    service.handle(request);
    CHECK(json::parse(ask(handler, {}).body)["count"] == 1);
  }
  SECTION("a wait ends when the count is reached") {
    Response waiting = ask(handler, {{"operation", "GetItem"}, {"wait", "2"}});
    REQUIRE(waiting.deferred);
    waiting = Response(waiting.deferred->resume());
    REQUIRE(waiting.deferred);
    service.handle(make_request(Operation::kGetItem));
    waiting = Response(waiting.deferred->resume());
    REQUIRE(!waiting.deferred);
    CHECK(json::parse(waiting.body)["reached"] == true);
    CHECK(json::parse(waiting.body)["count"] == 2);
  }
  SECTION("or when its time is over") {
    Response waiting = ask(handler, {{"wait", "100"}, {"timeout", "1s"}});
    REQUIRE(waiting.deferred);
    clock.advance(1s);
    waiting = Response(waiting.deferred->resume());
    REQUIRE(!waiting.deferred);
    CHECK(json::parse(waiting.body)["reached"] == false);
  }
}

TEST_CASE("the journal keeps the newest", "[faults]") {
  ManualClock clock;
  Journal journal(300);
  for (int at = 0; at < 1000; ++at) {
    journal.record(make_request(Operation::kGetItem), Response{}, clock.now(), 1us);
  }
  std::vector<std::uint64_t> kept;
  journal.for_each([&](const JournalEntry& entry) { kept.push_back(entry.sequence); });
  REQUIRE(kept.size() == 300);
  CHECK(kept.front() == 701);
  CHECK(kept.back() == 1000);
  CHECK(journal.recorded() == 1000);
}

TEST_CASE("an entry says what its own request said, whatever stood in the one before", "[faults]") {
  ManualClock clock;
  Journal journal(1000);
  struct Row {
    std::string account, access_key, session, request_id, invocation_id, error_code;
    std::vector<std::string> tables;
    std::vector<std::string> rules;
    bool operator==(const Row&) const = default;
  };
  const std::string long_name(40'000, 'n');  // longer than a page's texts are by themselves
  std::vector<Row> written;
  for (int at = 0; at < 900; ++at) {
    Row row;
    row.account = at % 3 == 0 ? "000000000001" : "000000000002";
    row.access_key = at % 5 == 0 ? "" : "AKID" + std::to_string(at / 7);
    row.session = at % 11 == 0 ? "worker" : "";
    row.request_id = "id-" + std::to_string(at);
    row.invocation_id = at % 2 == 0 ? "call-" + std::to_string(at / 4) : "";
    row.error_code = at % 4 == 0 ? "InternalServerError" : at % 4 == 1 ? "Other" : "";
    for (int table = 0; table < at % 4; ++table) {
      row.tables.push_back("T" + std::to_string(at / 9 + table));
    }
    if (at % 6 == 0) row.rules = {"one", "two"};
    if (at == 300) row.session = long_name;
    written.push_back(row);
  }
  for (const Row& row : written) {
    std::string body = R"({"RequestItems":{)";
    for (const std::string& table : row.tables) {
      if (body.back() != '{') body += ',';
      body += '"' + table + R"(":[])";
    }
    Request request = make_request(Operation::kBatchWriteItem, body + "}}");
    request.scope.account = row.account;
    request.access_key = row.access_key;
    request.session = row.session;
    request.request_id = row.request_id;
    if (!row.invocation_id.empty()) {
      request.headers.add("amz-sdk-invocation-id", row.invocation_id);
    }
    Response response;
    response.error_code = row.error_code;
    for (const std::string& rule : row.rules) response.faults.push_back({rule, "error"});
    journal.record(request, response, clock.now(), 1us);
  }
  std::vector<Row> read;
  journal.for_each([&](const JournalEntry& entry) {
    Row row{std::string(entry.account),
            std::string(entry.access_key),
            std::string(entry.session),
            std::string(entry.request_id),
            std::string(entry.invocation_id),
            std::string(entry.error_code),
            {entry.tables.begin(), entry.tables.end()},
            {}};
    for (const JournalEntry::Fault& fault : entry.faults) row.rules.emplace_back(fault.rule);
    read.push_back(std::move(row));
  });
  CHECK((read == written));
}

TEST_CASE("an entry has the time of its arrival by the server's clock", "[faults]") {
  AdjustableClock clock;
  const Clock::WallTime frozen{1767225600s};
  Journal journal;
  JournalService service(std::make_unique<FakeService>([](const Request&) { return Response{}; }),
                         journal, clock);
  const Clock::WallTime before = clock.now();
  service.handle(make_request(Operation::kGetItem));
  const Clock::WallTime after = clock.now();
  clock.freeze_at(frozen);
  Request noted = make_request(Operation::kGetItem);
  noted.arrived = clock.monotonic() - 3s;
  service.handle(noted);
  std::vector<Clock::WallTime> times;
  std::vector<std::chrono::nanoseconds> durations;
  journal.for_each([&](const JournalEntry& entry) {
    times.push_back(entry.time);
    durations.push_back(entry.duration);
  });
  REQUIRE(times.size() == 2);
  CHECK(times[0] >= before - 1ms);  // the two clocks of the machine are read one after the other
  CHECK(times[0] <= after + 1ms);
  CHECK(times[1] == frozen);
  CHECK(durations[1] >= 3s);
}

TEST_CASE("a client that leaves before its answer is in the journal", "[faults]") {
  ManualClock clock;
  Journal journal(10);
  JournalService service(std::make_unique<FakeService>([](const Request&) {
                           Response response = later(2s, [] { return Response{}; });
                           response.faults = {{"slow", "latency"}};
                           return response;
                         }),
                         journal, clock);
  const Request request = make_request(Operation::kGetItem);
  { const Response unanswered = service.handle(request); }
  {
    Response answered = service.handle(request);
    CHECK(answered.deferred->resume().ok());
  }
  std::vector<std::string> outcomes;
  journal.for_each([&](const JournalEntry& entry) { outcomes.emplace_back(entry.error_code); });
  CHECK(outcomes == std::vector<std::string>{"abandoned", ""});
}

TEST_CASE("the journal takes entries from many threads while it is read and emptied", "[faults]") {
  ManualClock clock;
  Journal journal(1000);
  std::atomic<int> writing{4};
  std::vector<std::thread> threads;
  for (int at = 0; at < 4; ++at) {
    threads.emplace_back([&] {
      const Request request = make_request(Operation::kGetItem, R"({"TableName":"T"})");
      for (int count = 0; count < 5000; ++count) {
        journal.record(request, Response{}, clock.now(), 1us);
      }
      --writing;
    });
  }
  bool in_order = true;
  bool in_bounds = true;
  while (writing > 0) {
    std::uint64_t last = 0;
    std::size_t kept = 0;
    journal.for_each([&](const JournalEntry& entry) {
      in_order = in_order && entry.sequence > last && entry.tables.at(0) == "T";
      last = entry.sequence;
      ++kept;
    });
    in_bounds = in_bounds && kept <= 1000;
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(in_order);
  CHECK(in_bounds);
  std::uint64_t expected = 19'001;
  journal.for_each([&](const JournalEntry& entry) { CHECK(entry.sequence == expected++); });
  CHECK(expected == 20'001);
  journal.clear();
  journal.for_each([](const JournalEntry&) { FAIL("it is empty"); });
  CHECK(journal.recorded() == 0);
}
