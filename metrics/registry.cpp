#include "metrics/registry.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <mutex>
#include <sstream>

namespace dynadeck::metrics {
namespace {

prometheus::MetricType type_of(Family::Type type) {
  switch (type) {
    case Family::Type::kCounter:
      return prometheus::MetricType::Counter;
    case Family::Type::kGauge:
      return prometheus::MetricType::Gauge;
    case Family::Type::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram histogram_of(const Distribution& distribution) {
  prometheus::ClientMetric::Histogram histogram;
  std::uint64_t cumulative = 0;
  for (std::size_t at = 0; at < distribution.counts.size(); ++at) {
    cumulative += distribution.counts[at];
    if (at < distribution.upper_bounds.size()) {
      histogram.bucket.push_back({cumulative, distribution.upper_bounds[at]});
    }
  }
  // The serializer adds the bucket without bound itself.
  histogram.sample_count = cumulative;
  histogram.sample_sum = distribution.sum;
  return histogram;
}

prometheus::ClientMetric metric_of(const Sample& sample, Family::Type type) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
  if (type == Family::Type::kCounter) metric.counter.value = sample.value;
  if (type == Family::Type::kGauge) metric.gauge.value = sample.value;
  if (type == Family::Type::kHistogram) metric.histogram = histogram_of(sample.distribution);
  return metric;
}

prometheus::MetricFamily family_of(const Family& family) {
  prometheus::MetricFamily result;
  result.name = family.name;
  result.help = family.help;
  result.type = type_of(family.type);
  for (const Sample& sample : family.samples) {
    result.metric.push_back(metric_of(sample, family.type));
  }
  return result;
}

Family single(std::string name, std::string help, Family::Type type, double value) {
  Family family{std::move(name), std::move(help), type, {}};
  family.samples.push_back({{}, value, {}});
  return family;
}

}  // namespace

Family counter(std::string name, std::string help, double value) {
  return single(std::move(name), std::move(help), Family::Type::kCounter, value);
}

Family gauge(std::string name, std::string help, double value) {
  return single(std::move(name), std::move(help), Family::Type::kGauge, value);
}

std::vector<Family> cassette_families(const CassetteFigures& figures) {
  const auto value = [](std::uint64_t count) { return static_cast<double>(count); };
  return {counter("dynadeck_cassette_exchanges_recorded_total",
                  "Exchanges written to the cassette.", value(figures.recorded)),
          counter("dynadeck_cassette_exchanges_played_total",
                  "Requests answered from the cassette.", value(figures.played)),
          counter("dynadeck_cassette_exchanges_unmatched_total",
                  "Requests that no exchange of the cassette answers.", value(figures.unmatched))};
}

Family build_info(std::string version) {
  Family family = gauge("dynadeck_build_info", "Always 1; the labels say what is running.", 1);
  family.samples[0].labels = {{"version", std::move(version)}};
  return family;
}

struct Registry::State {
  std::mutex mutex;
  std::vector<Collector> collectors;  // guarded by mutex
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

void Registry::add(Collector collector) {
  const std::lock_guard lock(state_->mutex);
  state_->collectors.push_back(std::move(collector));
}

std::string Registry::text() const {
  std::vector<prometheus::MetricFamily> families;
  {
    const std::lock_guard lock(state_->mutex);
    for (const Collector& collector : state_->collectors) {
      for (const Family& family : collector()) {
        if (!family.samples.empty()) families.push_back(family_of(family));
      }
    }
  }
  std::sort(families.begin(), families.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

AdminHandler metrics_handler(const Registry& registry) {
  return [&registry](const AdminRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") {
      return admin_error(405, "/metrics answers GET");
    }
    Response response;
    response.content_type = "text/plain; version=0.0.4";
    response.body = registry.text();
    return response;
  };
}

}  // namespace dynadeck::metrics
