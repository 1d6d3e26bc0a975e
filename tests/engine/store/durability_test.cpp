#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "tests/engine/deck.h"
#include "tests/engine/store/temporary_directory.h"

namespace dynadeck::engine {
namespace {

constexpr const char* kChild = "the writer that is killed";
constexpr int kWritingThreads = 2;

EngineOptions on_disk(const std::string& directory) {
  EngineOptions options;
  options.data_dir = directory;
  return options;
}

const char* const kIndex =
    "'GlobalSecondaryIndexes':[{'IndexName':'global','KeySchema':[{'AttributeName':'g','KeyType':"
    "'HASH'}],'Projection':{'ProjectionType':'ALL'}}],";

// A transaction of two items of the thread: both or none survive.
std::string pair_of(int thread, int number) {
  std::string actions;
  for (const char* half : {"left", "right"}) {
    if (!actions.empty()) actions += ",";
    actions += "{'Put':{'TableName':'Table','Item':{'p':{'S':'" + std::to_string(thread) + half +
               "'},'s':{'N':'" + std::to_string(number) + "'},'g':{'S':'" +
               std::to_string(number % 5) + "'}}}}";
  }
  return Deck::json("{'TransactItems':[" + actions + "]}");
}

// Starts this program again as the writer; gives its process and what it acknowledges.
std::pair<pid_t, int> start_writer(const std::string& directory) {
  int channel[2];
  REQUIRE(pipe(channel) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(channel[1], 3);
    setenv("DYNADECK_TEST_DIRECTORY", directory.c_str(), 1);
    execl("/proc/self/exe", "engine_tests", kChild, nullptr);
    _exit(127);
  }
  close(channel[1]);
  return {child, channel[0]};
}

}  // namespace

TEST_CASE(kChild, "[.]") {
  const char* directory = std::getenv("DYNADECK_TEST_DIRECTORY");
  REQUIRE(directory != nullptr);
  Deck deck(on_disk(directory));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kWritingThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int number = 0;; ++number) {
        if (!deck.send("TransactWriteItems", pair_of(thread, number)).ok()) _exit(1);
        const int acknowledged[] = {thread, number};
        if (write(3, acknowledged, sizeof acknowledged) < 0) _exit(2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("what was acknowledged survives a kill, and nothing half", "[engine]") {
  const TemporaryDirectory directory;
  {
    Deck deck(on_disk(directory.path()));
    deck.make_table("N", kIndex, ",{'AttributeName':'g','AttributeType':'S'}");
  }
  const auto [writer, channel] = start_writer(directory.path());
  int last[kWritingThreads] = {-1, -1};
  int acknowledged[2];
  for (int count = 0; count < 400; ++count) {
    REQUIRE(read(channel, acknowledged, sizeof acknowledged) == sizeof acknowledged);
    last[acknowledged[0]] = acknowledged[1];
  }
  kill(writer, SIGKILL);
  waitpid(writer, nullptr, 0);
  while (read(channel, acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    last[acknowledged[0]] = acknowledged[1];
  }
  close(channel);

  Deck deck(on_disk(directory.path()));
  int items = 0;
  for (int thread = 0; thread < kWritingThreads; ++thread) {
    int counts[2];
    for (const bool right : {false, true}) {
      const auto page = deck.call("Query",
                                  "{'TableName':'Table','KeyConditionExpression':'p = :p',"
                                  "'ExpressionAttributeValues':{':p':{'S':'" +
                                      std::to_string(thread) + (right ? "right" : "left") +
                                      "'}},'ConsistentRead':true,'Select':'COUNT'}");
      REQUIRE_FALSE(page.contains("LastEvaluatedKey"));
      counts[right] = page["Count"];
    }
    CHECK(counts[0] == counts[1]);
    CHECK(counts[0] > last[thread]);
    items += counts[0] + counts[1];
  }
  const auto table = deck.call("DescribeTable", "{'TableName':'Table'}")["Table"];
  CHECK(table["ItemCount"] == items);
  CHECK(table["GlobalSecondaryIndexes"][0]["ItemCount"] == items);
  CHECK(deck.call("Scan", "{'TableName':'Table','IndexName':'global','Select':'COUNT'}")["Count"] ==
        items);
}

TEST_CASE("tables, items and counts are there after reopening", "[engine]") {
  const TemporaryDirectory directory;
  nlohmann::json before;
  {
    Deck deck(on_disk(directory.path()));
    deck.make_table("N", kIndex, ",{'AttributeName':'g','AttributeType':'S'}");
    deck.call("PutItem",
              "{'TableName':'Table','Item':{'p':{'S':'a'},'s':{'N':'1'},"
              "'g':{'S':'g'}}}");
    before = deck.call("DescribeTable", "{'TableName':'Table'}");
  }
  Deck deck(on_disk(directory.path()));
  CHECK(deck.call("DescribeTable", "{'TableName':'Table'}") == before);
  CHECK(deck.call("Scan", "{'TableName':'Table','IndexName':'global'}")["Count"] == 1);
  deck.call("DeleteTable", "{'TableName':'Table'}");
  deck.make_table();
  CHECK(deck.call("Scan", "{'TableName':'Table'}")["Count"] == 0);
}

}  // namespace dynadeck::engine
