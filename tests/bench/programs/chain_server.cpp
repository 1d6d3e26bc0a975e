// A server whose fault room can be taken out of the way while it runs, so that one process can be
// measured with and without it: what differs between two processes (memory, addresses, threads) is
// larger than what is measured.
//
//   bench_chain_server             prints {"event":"listening",...} as dynadeck does
//   GET /bench/with, /bench/none   the chain with the room's links (no rules), or without them
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>

#include "engine/engine.h"
#include "faults/fault_service.h"
#include "faults/journal/journal.h"
#include "faults/rules/board.h"
#include "harness/http/server.h"
#include "harness/seam/admin.h"
#include "harness/seam/clock.h"
#include "harness/seam/random.h"
#include "metrics/metrics_service.h"
#include "metrics/registry.h"

using namespace dynadeck;

namespace {

// Borrows what it passes on to. Synchronized.
class Passing final : public Service {
 public:
  explicit Passing(Service& next) : next_(next) {}
  Response handle(const Request& request) override { return next_.handle(request); }

 private:
  Service& next_;
};

// Answers by one of two ways. Synchronized.
class Points final : public Service {
 public:
  Points(Service& direct, std::unique_ptr<Service> detour)
      : direct_(direct), detour_(std::move(detour)) {}

  Response handle(const Request& request) override {
    Service& way = detour_taken_.load(std::memory_order_relaxed) ? *detour_ : direct_;
    return way.handle(request);
  }
  void take_detour(bool taken) { detour_taken_ = taken; }

 private:
  Service& direct_;
  const std::unique_ptr<Service> detour_;
  std::atomic<bool> detour_taken_{false};
};

}  // namespace

int main() {
  // Before there are threads: all of them leave these signals to us.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  AdjustableClock clock;
  Random random(1);
  engine::EngineOptions options;
  options.in_memory = true;
  auto opened = engine::Engine::open(options, clock, random);
  if (!opened.ok()) return 1;
  engine::Engine& engine = **opened;

  // As in harness/stack.cpp, but for the tape.
  const faults::RuleBoard board(clock, 1);
  faults::Journal journal;
  auto room = std::make_unique<faults::JournalService>(
      std::make_unique<faults::FaultService>(std::make_unique<Passing>(engine), board), journal,
      clock);
  auto points = std::make_unique<Points>(engine, std::move(room));
  Points& switched = *points;
  metrics::Registry registry;
  metrics::MetricsService service(std::move(points), registry, clock);

  HttpOptions http;
  http.port = 0;
  http.refuse_connection = [&board] { return board.refuses_connection(); };
  HttpServer server(http, service, clock, random);
  const auto way = [&switched](bool detour) {
    return [&switched, detour](const AdminRequest&) {
      switched.take_detour(detour);
      return admin_json(200, "{}");
    };
  };
  server.route("/bench/with", way(true));
  server.route("/bench/none", way(false));
  server.route("/metrics", metrics::metrics_handler(registry));
  const auto port = server.start();
  if (!port.ok()) return 1;
  std::printf("{\"event\":\"listening\",\"host\":\"127.0.0.1\",\"port\":%d}\n", int{*port});
  std::fflush(stdout);

  int signal = 0;
  sigwait(&stop, &signal);
  server.stop();
  return 0;
}
