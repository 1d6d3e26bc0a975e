// What the links count, in the words of metrics/: the rooms know nothing of it.
#pragma once

#include <vector>

#include "metrics/registry.h"

namespace dynadeck {

struct FaultPollStats;
struct HttpStats;
struct KinesisStats;
struct ShadowStats;
struct UpstreamStats;

namespace cassettes {
struct Stats;
}

namespace engine {
class Engine;
}

namespace faults {
class RuleBoard;
}

// Each is asked at every scrape, from any thread.
std::vector<metrics::Family> cassette_figures(const cassettes::Stats& stats);
std::vector<metrics::Family> engine_figures(const engine::Engine& engine);
std::vector<metrics::Family> fault_poll_figures(const FaultPollStats& stats);
std::vector<metrics::Family> http_figures(const HttpStats& stats);
std::vector<metrics::Family> kinesis_figures(const KinesisStats& stats);
std::vector<metrics::Family> rule_figures(const faults::RuleBoard& board);
std::vector<metrics::Family> shadow_figures(const ShadowStats& stats);
std::vector<metrics::Family> upstream_figures(const UpstreamStats& stats);

}  // namespace dynadeck
