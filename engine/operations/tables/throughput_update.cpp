#include "engine/operations/tables/throughput_update.h"

#include <algorithm>

#include "engine/messages/prefixes.h"
#include "engine/messages/schema.h"
#include "engine/messages/tables.h"
#include "engine/operations/tables/settings.h"

namespace dynadeck::engine {
namespace {

// Source: [doc] "Quotas", decreasing provisioned throughput: four decreases at any time of a UTC
// day, after that one an hour.
constexpr std::int64_t kFreeDecreases = 4;
constexpr std::chrono::seconds kDecreaseInterval{3600};

bool same_day(Clock::WallTime left, Clock::WallTime right) {
  return std::chrono::floor<std::chrono::days>(left) ==
         std::chrono::floor<std::chrono::days>(right);
}

std::int64_t seconds(Clock::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Status count_decrease(Clock::WallTime now, ProvisionedThroughput& throughput) {
  if (!throughput.last_decrease || !same_day(*throughput.last_decrease, now)) {
    throughput.decreases_today = 0;
  }
  if (throughput.decreases_today >= kFreeDecreases) {
    const Clock::WallTime next = *throughput.last_decrease + kDecreaseInterval;
    if (now < next) {
      return ApiError{
          "LimitExceededException",
          messages::too_many_decreases(throughput.decreases_today,
                                       seconds(*throughput.last_decrease), seconds(next)),
          {}};
    }
  }
  ++throughput.decreases_today;
  throughput.last_decrease = now;
  return Done{};
}

// What one table or index is to have.
// index: its name; empty for the table.
Status change(Clock::WallTime now, const Throughput& wanted, bool from_on_demand,
              std::string_view index, ProvisionedThroughput& stored, ProvisionedThroughput& shown) {
  const std::int64_t reads = wanted.read_capacity_units - stored.read_units;
  const std::int64_t writes = wanted.write_capacity_units - stored.write_units;
  if (reads == 0 && writes == 0) {
    return validation_error(
        messages::throughput_unchanged(index, {stored.read_units, stored.write_units},
                                       {wanted.read_capacity_units, wanted.write_capacity_units}));
  }
  if (reads > 0 || writes > 0) shown.last_increase = stored.last_increase = now;
  if (reads < 0 || writes < 0) {
    if (Status counted = count_decrease(now, stored); !counted.ok()) return counted;
    shown.last_decrease = now;
  }
  stored.read_units = wanted.read_capacity_units;
  stored.write_units = wanted.write_capacity_units;
  if (from_on_demand) {
    shown.read_units = stored.read_units;
    shown.write_units = stored.write_units;
  }
  return Done{};
}

const Throughput* find_index_throughput(const UpdateTableInput& input, std::string_view name) {
  for (const GlobalIndexUpdate& update : input.global_index_updates) {
    if (update.kind == GlobalIndexUpdate::Kind::kUpdate && update.index.name == name &&
        update.index.throughput) {
      return &*update.index.throughput;
    }
  }
  return nullptr;
}

// The refusal of the first index that is given units.
std::string units_of_on_demand_index(const UpdateTableInput& input) {
  for (const GlobalIndexUpdate& update : input.global_index_updates) {
    if (!update.index.throughput) continue;
    return messages::invalid_parameter(messages::units_of_on_demand_index(update.index.name));
  }
  return messages::throughput_of_on_demand_table();
}

// All of it: the table and its global indexes have to say what they need.
Status check_complete(const UpdateTableInput& input, const TableDefinition& table) {
  if (!input.throughput) return validation_error(messages::throughput_required());
  std::string missing;
  for (const Index& index : table.indexes) {
    if (index.kind != IndexKind::kGlobal || find_index_throughput(input, index.name) != nullptr) {
      continue;
    }
    missing.append(missing.empty() ? "" : ",").append(index.name);
  }
  if (missing.empty()) return Done{};
  return validation_error(messages::index_throughput_required(missing));
}

// Source: [peer] dynalite 4, for the numbers shown meanwhile.
void switch_to_on_demand(Clock::WallTime now, TableDefinition& table) {
  table.billing = BillingMode::kPayPerRequest;
  table.was_on_demand = true;
  table.on_demand_since = now;
  table.throughput.read_units = table.throughput.write_units = 0;
  for (Index& index : table.indexes) index.throughput.read_units = index.throughput.write_units = 0;
}

Status update_indexes(Clock::WallTime now, const UpdateTableInput& input, bool from_on_demand,
                      TableDefinition& stored, TableDefinition& shown) {
  for (const GlobalIndexUpdate& update : input.global_index_updates) {
    if (update.kind != GlobalIndexUpdate::Kind::kUpdate) continue;
    const Index* found = stored.find_index(update.index.name);
    if (found != nullptr && found->kind != IndexKind::kGlobal) {
      return validation_error(messages::not_a_global_index("update", update.index.name));
    }
    if (found == nullptr) {
      return ApiError{"ResourceNotFoundException", messages::resource_not_found(), {}};
    }
    const std::ptrdiff_t position = found - stored.indexes.data();
    Index& index = stored.indexes[static_cast<std::size_t>(position)];
    Index& shown_index = shown.indexes[static_cast<std::size_t>(position)];
    if (update.index.throughput) {
      if (Status changed = change(now, *update.index.throughput, from_on_demand, index.name,
                                  index.throughput, shown_index.throughput);
          !changed.ok()) {
        return changed;
      }
    }
    if (update.index.on_demand) {
      change_on_demand(*update.index.on_demand, index.on_demand);
      shown_index.on_demand = index.on_demand;
    }
    if (update.index.warm) {
      const WarmThroughput current = effective_warm(index.warm, stored.billing, index.throughput);
      if (Status more = check_more_warm(*update.index.warm, current, "index " + index.name);
          !more.ok()) {
        return more;
      }
      change_warm(*update.index.warm, index.warm);
      shown_index.warm = index.warm;
    }
    shown_index.state = {TableStatus::kUpdating, std::nullopt};
  }
  return Done{};
}

}  // namespace

Status update_throughput(Clock::WallTime now, const UpdateTableInput& input,
                         TableDefinition& stored, TableDefinition& shown) {
  const BillingMode before = stored.billing;
  const BillingMode after = input.billing_mode.value_or(before);
  const bool gives_throughput =
      input.throughput ||
      std::any_of(
          input.global_index_updates.begin(), input.global_index_updates.end(),
          [](const GlobalIndexUpdate& update) { return update.index.throughput.has_value(); });
  if (after == BillingMode::kPayPerRequest && gives_throughput) {
    return validation_error(input.throughput ? messages::throughput_of_on_demand_table()
                                             : units_of_on_demand_index(input));
  }
  if (after == BillingMode::kProvisioned && input.on_demand) {
    return validation_error(messages::invalid_parameter(messages::on_demand_with_provisioned(
        input.on_demand->read ? "MaxReadRequestUnits" : "MaxWriteRequestUnits", {})));
  }
  const bool from_on_demand =
      before == BillingMode::kPayPerRequest && after == BillingMode::kProvisioned;
  if (from_on_demand) {
    if (Status complete = check_complete(input, stored); !complete.ok()) return complete;
    stored.billing = shown.billing = BillingMode::kProvisioned;
  }
  if (before == BillingMode::kProvisioned && after == BillingMode::kPayPerRequest) {
    switch_to_on_demand(now, stored);
    switch_to_on_demand(now, shown);
    shown.on_demand_since.reset();
  }
  if (input.throughput) {
    if (Status changed =
            change(now, *input.throughput, from_on_demand, {}, stored.throughput, shown.throughput);
        !changed.ok()) {
      return changed;
    }
  }
  return update_indexes(now, input, from_on_demand, stored, shown);
}

}  // namespace dynadeck::engine
