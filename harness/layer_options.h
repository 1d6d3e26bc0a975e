// What the user's options mean to the layers that answer.
#pragma once

#include <string>

#include "harness/config.h"

namespace dynadeck {

struct ShadowOptions;
struct UpstreamOptions;

namespace engine {
struct EngineOptions;
}

engine::EngineOptions engine_options(const ServeOptions& options);
UpstreamOptions upstream_options(const UpstreamChoice& choice);
// For the upstream that is only asked to be compared with.
UpstreamOptions shadow_upstream_options(const UpstreamChoice& choice);
ShadowOptions shadow_options(const UpstreamChoice& choice);

// Which of them answers, for people: "embedded", "in-memory", "upstream", "replay".
std::string mode_of(const ServeOptions& options);

}  // namespace dynadeck
