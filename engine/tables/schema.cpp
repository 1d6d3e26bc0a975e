#include "engine/tables/schema.h"

#include <algorithm>

namespace dynadeck::engine {

std::string_view wire_name(BillingMode mode) {
  return mode == BillingMode::kProvisioned ? "PROVISIONED" : "PAY_PER_REQUEST";
}

std::string_view wire_name(TableStatus status) {
  switch (status) {
    case TableStatus::kCreating:
      return "CREATING";
    case TableStatus::kUpdating:
      return "UPDATING";
    case TableStatus::kDeleting:
      return "DELETING";
    case TableStatus::kActive:
      break;
  }
  return "ACTIVE";
}

std::string_view wire_name(ProjectionType type) {
  switch (type) {
    case ProjectionType::kKeysOnly:
      return "KEYS_ONLY";
    case ProjectionType::kInclude:
      return "INCLUDE";
    case ProjectionType::kAll:
      break;
  }
  return "ALL";
}

std::string_view wire_name(KinesisStatus status) {
  switch (status) {
    case KinesisStatus::kEnabling:
      return "ENABLING";
    case KinesisStatus::kActive:
      return "ACTIVE";
    case KinesisStatus::kDisabling:
      return "DISABLING";
    case KinesisStatus::kUpdating:
      return "UPDATING";
    case KinesisStatus::kDisabled:
      break;
  }
  return "DISABLED";
}

std::string_view wire_name(TimeToLiveStatus status) {
  switch (status) {
    case TimeToLiveStatus::kEnabling:
      return "ENABLING";
    case TimeToLiveStatus::kEnabled:
      return "ENABLED";
    case TimeToLiveStatus::kDisabling:
      return "DISABLING";
    case TimeToLiveStatus::kDisabled:
      break;
  }
  return "DISABLED";
}

std::string_view wire_name(StreamViewType type) {
  switch (type) {
    case StreamViewType::kNewImage:
      return "NEW_IMAGE";
    case StreamViewType::kOldImage:
      return "OLD_IMAGE";
    case StreamViewType::kNewAndOldImages:
      return "NEW_AND_OLD_IMAGES";
    case StreamViewType::kKeysOnly:
      break;
  }
  return "KEYS_ONLY";
}

const Index* TableDefinition::find_index(std::string_view index_name) const {
  const auto found = std::find_if(indexes.begin(), indexes.end(),
                                  [&](const Index& index) { return index.name == index_name; });
  return found == indexes.end() ? nullptr : &*found;
}

WarmThroughput effective_warm(const std::optional<WarmThroughput>& given, BillingMode billing,
                              const ProvisionedThroughput& throughput) {
  const bool on_demand = billing == BillingMode::kPayPerRequest;
  const WarmThroughput wanted = given.value_or(WarmThroughput{});
  return {std::max(on_demand ? kInitialOnDemandReads : throughput.read_units,
                   wanted.read_units.value_or(0)),
          std::max(on_demand ? kInitialOnDemandWrites : throughput.write_units,
                   wanted.write_units.value_or(0))};
}

void TableDefinition::forget_unused_attributes() {
  std::erase_if(attribute_definitions, [&](const KeyAttribute& attribute) {
    return !keys.contains(attribute.name) &&
           std::none_of(indexes.begin(), indexes.end(),
                        [&](const Index& index) { return index.keys.contains(attribute.name); });
  });
}

bool TableDefinition::has_local_index() const {
  return !indexes.empty() && indexes.front().kind == IndexKind::kLocal;
}

std::string TableDefinition::arn() const {
  return "arn:aws:dynamodb:" + scope.region + ":" + scope.account + ":table/" + name;
}

std::string TableDefinition::index_arn(const Index& index) const {
  return arn() + "/index/" + index.name;
}

}  // namespace dynadeck::engine
