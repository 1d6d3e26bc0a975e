// Measures the cassette room by itself, without HTTP: what recording adds to a request, how fast a
// tape answers, how large it is, how long a large one takes to start.
//
//   cassettes_bench record [EXCHANGES]          nanoseconds of CPU per request, without and with
//   cassettes_bench make FILE EXCHANGES [BYTES] writes a large tape of about BYTES per exchange
//   cassettes_bench replay FILE ORDER [COUNT]   cold start, requests a second, random access,
//   memory
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cassettes/deck.h"
#include "cassettes/tape/frame_cache.h"
#include "cassettes/tape/reader.h"
#include "cassettes/tape/writer.h"
#include "harness/seam/clock.h"
#include "harness/seam/random.h"

using namespace dynadeck;
using namespace dynadeck::cassettes;

namespace {

constexpr std::uint64_t kSeed = 1;

double seconds() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

// Of this thread: what a busy machine does not change.
double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Of all threads.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto total = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return total(usage.ru_utime) + total(usage.ru_stime);
}

long resident_kib() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6);
  }
  return 0;
}

std::string item_id(std::uint64_t number) { return "user#" + std::to_string(number); }

std::string get_body(std::uint64_t number) {
  return R"({"TableName":"orders","Key":{"pk":{"S":")" + item_id(number) +
         R"("},"sk":{"S":"profile"}}})";
}

std::string filler(std::uint64_t number, std::size_t bytes) {
  constexpr std::string_view kWords[] = {"alpha", "bravo",   "charlie", "delta",
                                         "echo",  "foxtrot", "golf",    "hotel"};
  std::string text;
  for (std::uint64_t i = 0; text.size() < bytes; ++i) {
    text += kWords[draw_bits(number, "filler", i) % 8];
    text += ' ';
  }
  return text;
}

std::string item_body(std::uint64_t number, std::size_t bytes) {
  return R"({"Item":{"pk":{"S":")" + item_id(number) + R"("},"sk":{"S":"profile"},"count":{"N":")" +
         std::to_string(number % 1000) + R"("},"note":{"S":")" + filler(number, bytes) + R"("}}})";
}

Request make_request(std::uint64_t number, Random& random) {
  Request request;
  request.operation = Operation::kGetItem;
  request.scope = {"000000000000", "us-east-1"};
  request.body = get_body(number);
  const std::uint64_t ordinal = random.request_ordinal();
  request.request_id = request_id_of(random.seed(), ordinal);
  request.request_number = ordinal + 1;
  request.headers.add("User-Agent", "aws-sdk-js/3.1164.0 ua/2.1 os/linux lang/js md/nodejs#20");
  request.headers.add("amz-sdk-request", "attempt=1; max=4");
  request.headers.add("Host", "127.0.0.1:8000");
  return request;
}

class Constant final : public Service {
 public:
  Response handle(const Request&) override {
    Response response;
    response.body = body_;
    response.one_line_json = true;  // as the engine's are
    return response;
  }

 private:
  const std::string body_ = item_body(7, 60);
};

double run_requests(Deck& deck, std::uint64_t count) {
  constexpr int kThreads = 2;
  const double before = cpu_seconds();
  Random random(kSeed);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&deck, &random, count] {
      for (std::uint64_t i = 0; i < count / kThreads; ++i) {
        const Request request = make_request(i % 10'000, random);
        (void)deck.handle(request);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return cpu_seconds() - before;
}

int record(std::uint64_t count) {
  AdjustableClock clock;
  const DeckContext context{&clock, kSeed, false, "bench"};
  const std::string path = "/tmp/cassettes_bench.tape";
  Deck deck(std::make_unique<Constant>(), context);
  const double without = run_requests(deck, count);
  CassetteOptions options;
  options.path = path;
  options.mode = Mode::kAll;
  options.overwrite = true;
  if (auto done = deck.insert(options); !done) {
    std::fprintf(stderr, "%s\n", done.error().c_str());
    return 1;
  }
  const double start = cpu_seconds();
  run_requests(deck, count);
  (void)deck.eject();
  const double with = cpu_seconds() - start;
  const auto number = static_cast<double>(count);
  std::printf("without %.0f ns, with %.0f ns, recording adds %.0f ns of CPU per request\n",
              without / number * 1e9, with / number * 1e9, (with - without) / number * 1e9);
  std::printf("lines %.1f bytes, tape %.1f bytes per exchange (%.1f %%)\n",
              static_cast<double>(deck.stats().line_bytes) / number,
              static_cast<double>(deck.stats().tape_bytes) / number,
              100.0 * static_cast<double>(deck.stats().tape_bytes) /
                  static_cast<double>(deck.stats().line_bytes));
  unlink(path.c_str());
  return 0;
}

int make(const std::string& path, std::uint64_t count, std::size_t bytes) {
  WriterOptions options;
  options.overwrite = true;
  TapeHeader header;
  header.seed = kSeed;
  auto writer = TapeWriter::create(path, header, options);
  if (!writer) return std::fprintf(stderr, "%s\n", writer.error().c_str()), 1;
  for (std::uint64_t i = 1; i <= count; ++i) {
    Interaction interaction;
    interaction.sequence = interaction.completed = interaction.arrived = i;
    interaction.offset = std::chrono::microseconds(i * 20 + draw_bits(1, "jitter", i) % 10);
    interaction.duration = std::chrono::microseconds(50 + draw_bits(2, "jitter", i) % 100);
    interaction.operation = "GetItem";
    interaction.scope = {"000000000000", "us-east-1"};
    interaction.agent = "aws-sdk-js/3.1164.0";
    interaction.request = get_body(i);
    interaction.issued_id = {kSeed, i};
    interaction.response = item_body(i, bytes > 460 ? bytes - 456 : 10);
    if (auto done = writer->add(interaction); !done) {
      return std::fprintf(stderr, "%s\n", done.error().c_str()), 1;
    }
  }
  if (auto done = writer->finish(); !done) {
    return std::fprintf(stderr, "%s\n", done.error().c_str()), 1;
  }
  std::printf("%llu exchanges, %.1f MB\n", static_cast<unsigned long long>(count),
              static_cast<double>(writer->file_bytes()) / 1e6);
  return 0;
}

int replay(const std::string& path, const std::string& order, std::uint64_t count) {
  AdjustableClock clock;
  Deck deck(nullptr, {&clock, kSeed, false, "bench"});
  CassetteOptions options;
  options.path = path;
  if (auto done = set_option(options, "order", order); !done) return 1;
  const double start = seconds();
  if (auto done = deck.insert(options); !done) {
    return std::fprintf(stderr, "%s\n", done.error().c_str()), 1;
  }
  std::printf("start %.3f s, resident %ld MiB\n", seconds() - start, resident_kib() / 1024);

  Random random(kSeed);
  std::uint64_t wrong = 0;
  const double play_start = seconds();
  for (std::uint64_t i = 1; i <= count; ++i) {
    if (!deck.handle(make_request(i, random)).ok()) ++wrong;
  }
  const double played = seconds() - play_start;
  std::printf("in order: %.0f requests/s on one thread, %llu unmatched, resident %ld MiB\n",
              static_cast<double>(count) / played, static_cast<unsigned long long>(wrong),
              resident_kib() / 1024);

  auto reader = TapeReader::open(path);
  auto index = reader->index();
  const std::size_t exchanges = index->size();
  FrameCache cache(std::move(reader).value(), index->frames, std::size_t{1} << 20);
  std::vector<double> times;
  std::vector<double> processor;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const double before = seconds();
    const double processor_before = thread_seconds();
    if (!cache.read(draw_bits(3, "place", i) % exchanges)) return 1;
    processor.push_back(thread_seconds() - processor_before);
    times.push_back(seconds() - before);
  }
  for (const auto& [what, all] : {std::pair{"random access", &times}, {"its CPU", &processor}}) {
    std::sort(all->begin(), all->end());
    std::printf("%s: median %.3f ms, 99th %.3f ms, worst %.3f ms\n", what, (*all)[500] * 1e3,
                (*all)[990] * 1e3, (*all)[999] * 1e3);
  }
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  const auto number = [&](std::size_t index, std::uint64_t fallback) {
    return arguments.size() > index ? std::stoull(arguments[index]) : fallback;
  };
  if (!arguments.empty() && arguments[0] == "record") return record(number(1, 1'000'000));
  if (arguments.size() > 1 && arguments[0] == "make") {
    return make(arguments[1], number(2, 100'000), number(3, 1000));
  }
  if (arguments.size() > 2 && arguments[0] == "replay") {
    return replay(arguments[1], arguments[2], number(3, 100'000));
  }
  std::fprintf(stderr, "cassettes_bench record|make|replay ...\n");
  return 2;
}
