// Everything that /metrics says: collectors are registered once and asked at each scrape.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/seam/admin.h"

namespace dynadeck::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Buckets as counted, not cumulative; the last one has no upper bound.
struct Distribution {
  std::vector<double> upper_bounds;   // ascending, without infinity
  std::vector<std::uint64_t> counts;  // one more than upper_bounds
  double sum = 0;
};

struct Sample {
  Labels labels;
  double value = 0;           // kCounter and kGauge
  Distribution distribution;  // kHistogram
};

// One metric name with its samples. A counter's name ends in _total; units are seconds and bytes.
struct Family {
  enum class Type : std::uint8_t { kCounter, kGauge, kHistogram };
  std::string name;
  std::string help;
  Type type = Type::kGauge;
  std::vector<Sample> samples;
};

Family counter(std::string name, std::string help, double value);
Family gauge(std::string name, std::string help, double value);

// Where rooms that do not know this one leave their figures: harness/stack.cpp wraps them in a
// Collector. Called at each scrape, from any thread, one scrape at a time.
using Collector = std::function<std::vector<Family>()>;

// What the cassettes' link did; see cassette_families().
struct CassetteFigures {
  std::uint64_t recorded = 0;
  std::uint64_t played = 0;
  std::uint64_t unmatched = 0;
};
std::vector<Family> cassette_families(const CassetteFigures& figures);

// dynadeck_build_info{version}: always 1.
Family build_info(std::string version);

// Synchronized.
class Registry {
 public:
  Registry();
  ~Registry();

  void add(Collector collector);

  // In Prometheus's text format, families in the order of their names.
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// GET /metrics. registry outlives the handler.
AdminHandler metrics_handler(const Registry& registry);

}  // namespace dynadeck::metrics
