#include "metrics/registry.h"

#include <catch2/catch.hpp>

using namespace dynadeck;
using namespace dynadeck::metrics;
using Catch::Matchers::Contains;

TEST_CASE("the registry speaks Prometheus's text format", "[metrics]") {
  Registry registry;
  registry.add([] { return cassette_families({3, 2, 1}); });
  registry.add([] { return std::vector{build_info("1.2.3")}; });

  SECTION("families come in the order of their names, with help and type") {
    const std::string text = registry.text();
    CHECK_THAT(text, Contains("# TYPE dynadeck_build_info gauge\n"
                              "dynadeck_build_info{version=\"1.2.3\"} 1\n"));
    CHECK_THAT(text, Contains("# TYPE dynadeck_cassette_exchanges_recorded_total counter\n"
                              "dynadeck_cassette_exchanges_recorded_total 3\n"));
    CHECK(text.find("build_info") < text.find("exchanges_played_total 2"));
    CHECK(text.back() == '\n');
  }
  SECTION("label values are escaped") {
    registry.add([] {
      Family family = gauge("dynadeck_odd", "Odd.", 1);
      family.samples[0].labels = {{"name", "a\"b\\c\nd"}};
      return std::vector{family};
    });
    CHECK_THAT(registry.text(), Contains(R"(dynadeck_odd{name="a\"b\\c\nd"} 1)"));
  }
  SECTION("a histogram's buckets are cumulative and end without bound") {
    registry.add([] {
      Family family{"dynadeck_time_seconds", "Time.", Family::Type::kHistogram, {}};
      family.samples.push_back({{}, 0, {{0.5, 1}, {4, 0, 2}, 7.5}});
      return std::vector{family};
    });
    CHECK_THAT(registry.text(), Contains("dynadeck_time_seconds_count 6\n"
                                         "dynadeck_time_seconds_sum 7.5\n"
                                         "dynadeck_time_seconds_bucket{le=\"0.5\"} 4\n"
                                         "dynadeck_time_seconds_bucket{le=\"1\"} 4\n"
                                         "dynadeck_time_seconds_bucket{le=\"+Inf\"} 6\n"));
  }
  SECTION("the handler answers GET with the format's content type") {
    const AdminHandler handler = metrics_handler(registry);
    AdminRequest request;
    request.method = "GET";
    const Response response = handler(request);
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/plain; version=0.0.4");
    CHECK(response.body == registry.text());
    request.method = "POST";
    CHECK(handler(request).status == 405);
  }
}
