// A recorder that is killed leaves a tape that holds everything it had flushed.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "cassettes/deck.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"
#include "cassettes/tools/command.h"
#include "harness/seam/random.h"
#include "tests/cassettes/doubles.h"

using namespace dynadeck;
using namespace dynadeck::cassettes;
using namespace dynadeck::cassettes::testing;

namespace {

constexpr int kRounds = 50;

// Records at full speed until it is killed. Writes to the pipe how many exchanges are flushed.
[[noreturn]] void record_for_ever(const std::string& path, int pipe) {
  Studio studio;
  const auto deck = studio.counting_deck();
  if (!deck->insert(recording(path))) _exit(3);
  std::atomic<std::uint64_t> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0;; ++i) {
        // A new item, and one that both threads write and read all the time.
        const std::string number = std::to_string(i);
        (void)deck->handle(get(std::to_string(t) + "-" + number));
        (void)deck->handle(i % 2 == 0 ? put("shared", number) : get("shared"));
        done += 2;
      }
    });
  }
  for (;;) {
    const std::uint64_t before = done;
    if (!deck->mark("")) _exit(4);
    if (write(pipe, &before, sizeof before) != sizeof before) _exit(5);
  }
}

// Starts the recorder, lets it run for a while, kills it; the last count it had told.
std::uint64_t record_and_kill(const std::string& path, std::chrono::milliseconds after) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) record_for_ever(path, ends[1]);
  close(ends[1]);
  std::uint64_t flushed = 0;
  std::uint64_t told = 0;
  const auto start = std::chrono::steady_clock::now();
  // The first count says that it has begun; the time runs from there.
  while (::read(ends[0], &told, sizeof told) == sizeof told) {
    flushed = told;
    if (std::chrono::steady_clock::now() - start > after) kill(child, SIGKILL);
  }
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  return flushed;
}

// The exchanges that can be read, in the order they arrived.
std::vector<Interaction> readable_of(const TapeReader& tape) {
  std::vector<Interaction> all;
  bool good = true;
  REQUIRE(tape.for_each_line([&](std::string_view line, std::size_t) {
    if (!is_exchange_line(line)) return true;
    auto interaction = parse_interaction(line, tape.header().seed);
    good = good && interaction.ok();
    if (good) all.push_back(std::move(interaction).value());
    return good;
  }));
  CHECK(good);
  std::sort(all.begin(), all.end(), [](const Interaction& left, const Interaction& right) {
    return left.sequence < right.sequence;
  });
  return all;
}

// `verify` calls the tape cut short and nothing else. As every tool does, it tells beforehand if
// something was lost: the write that the kill cut in two.
void verify_cut_tape(const std::string& path, std::uint64_t lost_bytes) {
  std::ostringstream out;
  std::ostringstream errors;
  CHECK(run_cassette_command(std::vector<std::string>{"verify", path}, {}, out, errors) == 1);
  const std::string found = out.str();
  CHECK(found.find("cut short") != std::string::npos);
  CHECK(std::count(found.begin(), found.end(), '\n') == 2);  // that, and the summary
  CHECK(errors.str().empty() == (lost_bytes == 0));
}

// Asks for everything that is left of a tape, and gets it.
void play_out(const std::string& path, const std::vector<Interaction>& readable) {
  Studio studio;
  const auto player = studio.empty_deck();
  REQUIRE(player->insert(replaying(path, Order::kItem)));
  CHECK(player->report().exchanges == readable.size());
  std::size_t wrong = 0;
  for (const Interaction& taped : readable) {
    const bool write = taped.operation == "PutItem";
    const Response played =
        player->handle(ask(write ? Operation::kPutItem : Operation::kGetItem, taped.request));
    // Two that overlapped may have changed places: their answers are both on the tape.
    const bool shared = taped.request.find("shared") != std::string::npos;
    if (!played.ok() || (!shared && played.body != taped.response)) ++wrong;
  }
  CHECK(wrong == 0);
  const ReplayReport report = player->report();
  CHECK(report.unplayed == 0);
  CHECK(report.unmatched == 0);
  REQUIRE(player->eject());
}

// Goes on with a tape, and completes it.
void record_on(const std::string& path, std::size_t readable) {
  Studio studio;
  CassetteOptions more = recording(path);
  more.mode = Mode::kNewEpisodes;
  const auto recorder = studio.counting_deck();
  REQUIRE(recorder->insert(more));
  CHECK(recorder->handle(put("new", "1")).ok());
  REQUIRE(recorder->eject());
  const auto whole = TapeReader::open(path);
  REQUIRE(whole);
  CHECK(whole->stored_index_fits());
  CHECK(whole->index()->size() == readable + 1);
  std::ostringstream out;
  CHECK(run_cassette_command(std::vector<std::string>{"verify", path}, {}, out, out) == 0);
}

}  // namespace

TEST_CASE("kill -9 loses nothing that was flushed, and the rest plays to its end",
          "[cassettes][crash]") {
  const Folder folder;
  std::uint64_t all = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string path = folder.file(std::to_string(round) + ".tape");
    const std::chrono::milliseconds after(1 + draw_bits(7, "crash", round) % 60);
    const std::uint64_t flushed = record_and_kill(path, after);
    const auto tape = TapeReader::open(path);
    REQUIRE(tape);
    CHECK_FALSE(tape->complete());
    CHECK(tape->damage().empty());
    const std::vector<Interaction> readable = readable_of(*tape);
    CHECK(readable.size() >= flushed);
    all += flushed;
    verify_cut_tape(path, tape->lost_bytes());
    play_out(path, readable);
    if (round % 10 == 0) record_on(path, readable.size());
    unlink(path.c_str());
  }
  CHECK(all > 0);
}
