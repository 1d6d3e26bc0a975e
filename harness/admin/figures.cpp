#include "harness/admin/figures.h"

#include <string>
#include <string_view>
#include <utility>

#include "cassettes/tape/stats.h"
#include "engine/core/activity.h"
#include "engine/engine.h"
#include "faults/rules/board.h"
#include "harness/admin/fault_poll.h"
#include "harness/http/server.h"
#include "harness/kinesis/delivery.h"
#include "harness/shadow/shadow.h"
#include "harness/upstream/stats.h"

namespace dynadeck {
namespace {

// RocksDB's "rocksdb.cur-size-all-mem-tables" becomes dynadeck_rocksdb_cur_size_all_mem_tables.
std::string metric_name(std::string_view property) {
  std::string name = "dynadeck_";
  for (const char byte : property) name += byte == '.' || byte == '-' ? '_' : byte;
  return name;
}

std::vector<metrics::Family> activity_figures(const engine::Activity& activity) {
  const auto number = [](const auto& value) { return static_cast<double>(value.load()); };
  return {
      metrics::counter("dynadeck_ttl_deleted_items_total", "Items deleted by time to live",
                       number(activity.expired_items)),
      metrics::counter("dynadeck_stream_records_written_total", "Records that changes have left",
                       number(activity.stream_records_written)),
      metrics::counter("dynadeck_stream_records_read_total", "Records that GetRecords has answered",
                       number(activity.stream_records_read)),
      metrics::gauge("dynadeck_stream_iterator_age_seconds",
                     "Age of the last record of the last GetRecords",
                     number(activity.iterator_age_microseconds) / 1e6),
  };
}

}  // namespace

std::vector<metrics::Family> cassette_figures(const cassettes::Stats& stats) {
  std::vector<metrics::Family> families = metrics::cassette_families(
      {stats.exchanges_recorded, stats.exchanges_played, stats.exchanges_unmatched});
  const auto count = [&families](const char* name, const char* help, double value) {
    families.push_back(metrics::counter(name, help, value));
  };
  count("dynadeck_cassette_exchanges_lost_total", "Exchanges that could not be written to the tape",
        static_cast<double>(stats.exchanges_lost));
  count("dynadeck_cassette_recorded_bytes_total", "Taped, before compression",
        static_cast<double>(stats.line_bytes));
  count("dynadeck_cassette_written_bytes_total", "Taped, after compression",
        static_cast<double>(stats.tape_bytes));
  return families;
}

std::vector<metrics::Family> engine_figures(const engine::Engine& engine) {
  std::vector<metrics::Family> families = activity_figures(engine.activity());
  for (const auto& [property, value] : engine.figures()) {
    families.push_back(
        metrics::gauge(metric_name(property), "RocksDB's " + property, static_cast<double>(value)));
  }
  return families;
}

std::vector<metrics::Family> upstream_figures(const UpstreamStats& stats) {
  std::vector<metrics::Family> families;
  const auto number = [](const auto& value) { return static_cast<double>(value.load()); };
  const auto count = [&](const char* name, const char* help, const auto& value) {
    families.push_back(metrics::counter(name, help, number(value)));
  };
  count("dynadeck_upstream_requests_total", "Handed over to be sent", stats.requests);
  count("dynadeck_upstream_replies_total", "Answers of any status", stats.replies);
  count("dynadeck_upstream_error_replies_total", "Answers with a status from 400",
        stats.error_replies);
  metrics::Family failures{"dynadeck_upstream_failures_total",
                           "Requests that dynadeck had to answer itself",
                           metrics::Family::Type::kCounter,
                           {}};
  const auto fail = [&](const char* reason, const auto& value) {
    failures.samples.push_back({{{"reason", reason}}, number(value), {}});
  };
  fail("unreachable", stats.unreachable);
  fail("tls", stats.refused_tls);
  fail("timeout", stats.timeouts);
  fail("broken", stats.broken);
  fail("bad_reply", stats.bad_replies);
  fail("unsigned", stats.unsigned_requests);
  families.push_back(std::move(failures));
  count("dynadeck_upstream_retries_total", "Of requests that never left", stats.retries);
  count("dynadeck_upstream_connections_opened_total", "Connections made", stats.opened_connections);
  count("dynadeck_upstream_sent_bytes_total", "Requests with their heads", stats.sent_bytes);
  count("dynadeck_upstream_received_bytes_total", "Answers with their heads", stats.received_bytes);
  families.push_back(metrics::counter("dynadeck_upstream_reply_seconds_total",
                                      "Time from request to answer, summed over all answers",
                                      number(stats.reply_microseconds) / 1e6));
  families.push_back(
      metrics::gauge("dynadeck_upstream_connections", "Open now", number(stats.open_connections)));
  families.push_back(metrics::gauge("dynadeck_upstream_requests_in_flight", "Under way now",
                                    number(stats.requests_under_way)));
  families.push_back(metrics::gauge("dynadeck_upstream_requests_waiting",
                                    "Waiting for a connection now",
                                    number(stats.waiting_requests)));
  return families;
}

std::vector<metrics::Family> shadow_figures(const ShadowStats& stats) {
  metrics::Family compared{"dynadeck_shadow_requests_total",
                           "What came of asking the shadow",
                           metrics::Family::Type::kCounter,
                           {}};
  const auto add = [&](const char* outcome, const std::atomic<std::uint64_t>& value) {
    compared.samples.push_back({{{"outcome", outcome}}, static_cast<double>(value.load()), {}});
  };
  add("same", stats.same);
  add("different", stats.different);
  add("failed", stats.failed);
  add("dropped", stats.dropped);
  add("skipped", stats.skipped);
  return {std::move(compared), metrics::gauge("dynadeck_shadow_requests_queued", "Waiting now",
                                              static_cast<double>(stats.queued.load()))};
}

std::vector<metrics::Family> kinesis_figures(const KinesisStats& stats) {
  const auto number = [](const auto& value) { return static_cast<double>(value.load()); };
  metrics::Family dropped{"dynadeck_kinesis_records_dropped_total",
                          "Records that found the queue full or that Kinesis refused",
                          metrics::Family::Type::kCounter,
                          {}};
  dropped.samples.push_back({{{"reason", "queue_full"}}, number(stats.dropped), {}});
  dropped.samples.push_back({{{"reason", "refused"}}, number(stats.refused), {}});
  return {
      metrics::counter("dynadeck_kinesis_records_delivered_total", "Records that Kinesis has taken",
                       number(stats.delivered)),
      metrics::counter("dynadeck_kinesis_records_retried_total", "Records that were sent again",
                       number(stats.retried)),
      std::move(dropped),
      metrics::gauge("dynadeck_kinesis_queued_records", "Records that wait to be sent",
                     number(stats.queued)),
  };
}

std::vector<metrics::Family> fault_poll_figures(const FaultPollStats& stats) {
  metrics::Family polls{"dynadeck_faults_polls_total",
                        "Fetches of the fault rules of --faults URL, by what came of them",
                        metrics::Family::Type::kCounter,
                        {}};
  const auto count = [&](const char* outcome, const auto& value) {
    polls.samples.push_back({{{"outcome", outcome}}, static_cast<double>(value.load()), {}});
  };
  count("applied", stats.applied);
  count("unchanged", stats.unchanged);
  count("refused", stats.refused);
  count("failed", stats.failed);
  return {polls};
}

std::vector<metrics::Family> rule_figures(const faults::RuleBoard& board) {
  return {metrics::counter("dynadeck_faults_refused_connections_total",
                           "Connections that a fault rule refused",
                           static_cast<double>(board.refused_connections()))};
}

std::vector<metrics::Family> http_figures(const HttpStats& stats) {
  std::vector<metrics::Family> families;
  const auto count = [&families](const char* name, const char* help, const auto& value) {
    families.push_back(metrics::counter(name, help, static_cast<double>(value.load())));
  };
  families.push_back(metrics::gauge("dynadeck_http_connections", "Connections that are open",
                                    static_cast<double>(stats.open_connections.load())));
  count("dynadeck_http_connections_accepted_total", "Connections accepted",
        stats.accepted_connections);
  count("dynadeck_http_received_bytes_total", "Bytes received", stats.received_bytes);
  count("dynadeck_http_sent_bytes_total", "Bytes sent", stats.sent_bytes);
  count("dynadeck_http_requests_total", "HTTP requests of every kind", stats.requests);
  count("dynadeck_http_missed_deadlines_total", "Connections closed for being too slow",
        stats.missed_deadlines);
  count("dynadeck_http_abandoned_requests_total", "Delayed requests whose client left before",
        stats.abandoned_requests);
  count("dynadeck_http_exceptions_total", "Exceptions caught; always a defect", stats.exceptions);
  return families;
}

}  // namespace dynadeck
