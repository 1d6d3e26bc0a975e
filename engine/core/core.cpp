#include "engine/core/core.h"

#include <algorithm>
#include <array>

#include "engine/messages/tables.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

struct ArnParts {
  std::string_view region;
  std::string_view account;
  std::string_view table;
};

// arn:aws:dynamodb:REGION:ACCOUNT:table/NAME, perhaps with more after the name.
std::optional<ArnParts> parse_arn(std::string_view arn) {
  if (arn.substr(0, 4) != "arn:") return std::nullopt;
  std::array<std::string_view, 6> parts;
  std::string_view rest = arn;
  for (std::size_t index = 0; index < 5; ++index) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    parts[index] = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  constexpr std::string_view kTable = "table/";
  if (rest.substr(0, kTable.size()) != kTable) return std::nullopt;
  rest.remove_prefix(kTable.size());
  return ArnParts{parts[3], parts[4], rest.substr(0, rest.find('/'))};
}

}  // namespace

Snapshot Core::read_snapshot(const Request& request, bool consistent) const {
  const std::chrono::milliseconds age = request.hints.stale_by;
  return consistent || age.count() == 0 ? nullptr : history.state_before(age);
}

Snapshot Core::index_snapshot(const Request& request, bool consistent) const {
  const std::chrono::milliseconds age = std::max(request.hints.stale_by, request.hints.index_lag);
  return consistent || age.count() == 0 ? nullptr : history.state_before(age);
}

TableKey table_key(const Core& core, const Scope& scope, std::string_view name_or_arn) {
  const auto arn = parse_arn(name_or_arn);
  const std::string_view name = arn ? arn->table : name_or_arn;
  if (core.options.shared_db) return {"", "", std::string(name)};
  if (arn) return {std::string(arn->account), std::string(arn->region), std::string(name)};
  return {scope.account, scope.region, std::string(name)};
}

Result<const Table*> find_table(const Core& core, const CatalogView& view, const Scope& scope,
                                std::string_view name_or_arn) {
  const Table* table = nullptr;
  if (name_or_arn.size() > 3 && name_or_arn[3] == ':') {
    table = view.find(table_key(core, scope, name_or_arn));
  } else if (core.options.shared_db) {
    table = view.find({"", "", name_or_arn});
  } else {
    table = view.find({scope.account, scope.region, name_or_arn});
  }
  if (table != nullptr) {
    const Transition& state = table->definition.state;
    // The date is asked only where it matters.
    if (state.status == TableStatus::kActive || state.status == TableStatus::kUpdating ||
        (state.status == TableStatus::kCreating &&
         state.at(core.clock.now()) == TableStatus::kActive)) {
      return table;
    }
  }
  return ApiError{"ResourceNotFoundException", messages::resource_not_found(), {}};
}

}  // namespace dynadeck::engine
