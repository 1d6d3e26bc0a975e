#include "harness/seam/version.h"

namespace dynadeck {

std::string_view version_number() { return DYNADECK_VERSION; }

std::string version_text() { return "dynadeck " + std::string(version_number()); }

}  // namespace dynadeck
