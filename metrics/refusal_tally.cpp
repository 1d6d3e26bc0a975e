#include "metrics/refusal_tally.h"

#include <algorithm>
#include <string>

#include "harness/seam/error.h"

namespace dynadeck::metrics {
namespace {

// The place of a code among all errors; behind the last for one that is not among them.
std::size_t position_of(std::string_view code) {
  const auto& known = all_errors();
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const ErrorShape& shape) { return shape.code == code; });
  return static_cast<std::size_t>(found - known.begin());
}

}  // namespace

RefusalTally::RefusalTally() : counts_(all_errors().size() + 1) {}

void RefusalTally::add(std::string_view error_code) {
  counts_[position_of(error_code)].fetch_add(1, std::memory_order_relaxed);
}

Family RefusalTally::family() const {
  Family family;
  family.name = "dynadeck_http_refused_requests_total";
  family.help = "Requests answered with an error before they reached the chain";
  family.type = Family::Type::kCounter;
  for (std::size_t position = 0; position < counts_.size(); ++position) {
    const std::uint64_t count = counts_[position].load(std::memory_order_relaxed);
    if (count == 0) continue;
    const bool known = position < all_errors().size();
    const std::string code(known ? all_errors()[position].code : "other");
    family.samples.push_back({{{"error", code}}, static_cast<double>(count), {}});
  }
  return family;
}

}  // namespace dynadeck::metrics
