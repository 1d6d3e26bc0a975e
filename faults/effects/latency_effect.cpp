// `latency`: answers that take their time.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>

#include "faults/effects/delivery.h"
#include "faults/effects/effects.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

enum class Shape : std::uint8_t { kFixed, kUniform, kNormal, kLognormal, kPareto, kBandwidth };

// The standard normal distribution's 99th percentile.
constexpr double kPercentile99 = 2.3263478740408408;
constexpr Duration kLongest = std::chrono::hours(1);

// What the two parameters are called, by shape.
struct Names {
  const char* shape;
  const char* first;
  const char* second;
};
constexpr Names kNames[] = {
    {"fixed", "", ""},           {"uniform", "min", "max"},    {"normal", "mean", "deviation"},
    {"lognormal", "p50", "p99"}, {"pareto", "scale", "shape"}, {"bytes_per_second", "", ""}};

struct LatencySettings {
  Shape shape = Shape::kFixed;
  Duration first{0};
  Duration second{0};
  double number = 0;  // Pareto's shape, or bytes per second
  bool per_byte = false;
  std::optional<Duration> limit;
};

double standard_normal(const Dice& dice) {
  const double radius = std::sqrt(-2 * std::log(1 - dice.unit("latency")));
  return radius * std::cos(2 * std::numbers::pi * dice.unit("latency/angle"));
}

// In microseconds.
double sample(const LatencySettings& settings, const Dice& dice, std::size_t bytes) {
  const auto first = static_cast<double>(settings.first.count());
  const auto second = static_cast<double>(settings.second.count());
  switch (settings.shape) {
    case Shape::kFixed:
      return first;
    case Shape::kUniform:
      return first + (second - first) * dice.unit("latency");
    case Shape::kNormal:
      return first + second * standard_normal(dice);
    case Shape::kLognormal:
      return first * std::exp(std::log(second / first) / kPercentile99 * standard_normal(dice));
    case Shape::kPareto:
      return first / std::pow(1 - dice.unit("latency"), 1 / settings.number);
    case Shape::kBandwidth:
      return static_cast<double>(bytes) * 1e6 / settings.number;
  }
  return 0;
}

Duration delay_of(const LatencySettings& settings, const Dice& dice, std::size_t bytes) {
  double microseconds = sample(settings, dice, bytes);
  if (settings.per_byte) microseconds *= static_cast<double>(bytes);
  const Duration limit = settings.limit.value_or(kLongest);
  return Duration(std::llround(std::clamp(microseconds, 0.0, static_cast<double>(limit.count()))));
}

class LatencyEffect : public Effect {
 public:
  explicit LatencyEffect(LatencySettings settings) : settings_(settings) {}

  std::string_view kind() const override { return "latency"; }
  Stage stage() const override { return Stage::kDelay; }
  bool allows(At) const override { return true; }

  Json print() const override {
    const Names& names = kNames[static_cast<std::size_t>(settings_.shape)];
    Json json = Json::object();
    if (settings_.shape == Shape::kFixed) {
      json["fixed"] = print_duration(settings_.first);
    } else if (settings_.shape == Shape::kBandwidth) {
      json["bytes_per_second"] = settings_.number;
    } else {
      Json& parameters = json[names.shape];
      parameters[names.first] = print_duration(settings_.first);
      if (settings_.shape == Shape::kPareto) {
        parameters[names.second] = settings_.number;
      } else {
        parameters[names.second] = print_duration(settings_.second);
      }
    }
    if (settings_.per_byte) json["per_byte"] = true;
    if (settings_.limit) json["limit"] = print_duration(*settings_.limit);
    if (settings_.shape == Shape::kFixed && json.size() == 1) return json["fixed"];
    return json;
  }

  // Before: nothing happens while the client waits, and nothing at all if it leaves. After: the
  // operation is done and the answer waits.
  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    if (strike.at == At::kAfter) {
      return when_ready(next(request), [this, strike](Response response) {
        const Duration delay = delay_of(settings_, strike.dice, response.body.size());
        delivery_of(response).delay += delay;
        strike.mark(response, kind());
        return response;
      });
    }
    const Duration delay = delay_of(settings_, strike.dice, request.body.size());
    Response waiting = later(delay, [this, strike, next, &request] {
      return when_ready(next(request), [this, strike](Response response) {
        strike.mark(response, kind());
        return response;
      });
    });
    strike.mark(waiting, kind());
    return waiting;
  }

 private:
  const LatencySettings settings_;
};

void parse_parameters(Fields& fields, Shape shape, LatencySettings& settings, Problems& problems) {
  const Names& names = kNames[static_cast<std::size_t>(shape)];
  const Node* node = fields.raw(names.shape);
  if (node == nullptr) return;
  settings.shape = shape;
  Fields parameters(*node, fields.path_of(names.shape), problems);
  settings.first = parameters.duration(names.first).value_or(Duration::zero());
  if (shape == Shape::kPareto) {
    settings.number = parameters.number(names.second, 0.01, 1000).value_or(0);
  } else {
    settings.second = parameters.duration(names.second).value_or(Duration::zero());
  }
  parameters.finish();
  const bool given = parameters.has(names.first) && parameters.has(names.second);
  if (!given) {
    parameters.report(std::string("expected ") + names.first + " and " + names.second);
  } else if (shape == Shape::kUniform && settings.second < settings.first) {
    parameters.report("max is below min");
  } else if (shape == Shape::kLognormal &&
             (settings.first == Duration::zero() || settings.second < settings.first)) {
    parameters.report("expected 0 < p50 <= p99");
  } else if (shape == Shape::kPareto && settings.first == Duration::zero()) {
    parameters.report("expected a scale above zero");
  }
}

}  // namespace

ParsedEffect parse_latency_effect(const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  LatencySettings settings;
  if (node.kind == Node::Kind::kScalar) {
    const std::optional<Duration> fixed = parse_duration(node.scalar);
    if (!fixed) {
      problems.push_back(
          {node.line, path,
           "found '" + node.scalar + "', expected a time with its unit, such as 250ms"});
    }
    settings.first = fixed.value_or(Duration::zero());
  } else {
    Fields fields(node, path, problems);
    int shapes = 0;
    for (const Names& names : kNames) shapes += fields.has(names.shape) ? 1 : 0;
    if (fields.has("fixed")) settings.first = fields.duration("fixed").value_or(Duration::zero());
    for (const Shape shape : {Shape::kUniform, Shape::kNormal, Shape::kLognormal, Shape::kPareto}) {
      parse_parameters(fields, shape, settings, problems);
    }
    if (const auto rate = fields.number("bytes_per_second", 1, 1e15)) {
      settings.shape = Shape::kBandwidth;
      settings.number = *rate;
    }
    settings.per_byte = fields.flag("per_byte").value_or(false);
    settings.limit = fields.duration("limit");
    fields.finish();
    if (shapes != 1) {
      fields.report("expected one of fixed, uniform, normal, lognormal, pareto, bytes_per_second");
    }
  }
  if (problems.size() > before) return nullptr;
  return std::make_shared<LatencyEffect>(settings);
}

}  // namespace dynadeck::faults
