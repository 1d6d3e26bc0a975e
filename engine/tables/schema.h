// What a table is: keys, indexes, settings. Plain values; catalog.h keeps them.
//
// This room says what tables are: their definitions, the catalog of all and its stored form, what
// descriptions show, and which entries an item has in indexes and among the expiries.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/values/key_schema.h"
#include "harness/seam/clock.h"
#include "harness/seam/scope.h"

namespace dynadeck::engine {

// The enumerators below are stored by name: catalog_codec.cpp.
enum class BillingMode : std::uint8_t { kProvisioned, kPayPerRequest };
enum class TableStatus : std::uint8_t { kCreating, kUpdating, kDeleting, kActive };
enum class IndexKind : std::uint8_t { kLocal, kGlobal };
enum class ProjectionType : std::uint8_t { kAll, kKeysOnly, kInclude };

std::string_view wire_name(BillingMode mode);
std::string_view wire_name(TableStatus status);
std::string_view wire_name(ProjectionType type);

using OptionalTime = std::optional<Clock::WallTime>;

struct ProvisionedThroughput {
  std::int64_t read_units = 0;
  std::int64_t write_units = 0;
  std::int64_t decreases_today = 0;
  OptionalTime last_increase;
  OptionalTime last_decrease;
};

// Members that were not given are absent; -1 lifts a limit.
struct OnDemandThroughput {
  std::optional<std::int64_t> max_read_units;
  std::optional<std::int64_t> max_write_units;
};

struct WarmThroughput {
  std::optional<std::int64_t> read_units;
  std::optional<std::int64_t> write_units;
};

// What an on-demand table or index begins with. Source: [doc] "Understanding DynamoDB warm
// throughput".
inline constexpr std::int64_t kInitialOnDemandReads = 12000;
inline constexpr std::int64_t kInitialOnDemandWrites = 4000;

// What a table or index serves at once: at least what it begins with.
WarmThroughput effective_warm(const std::optional<WarmThroughput>& given, BillingMode billing,
                              const ProvisionedThroughput& throughput);

struct IndexProjection {
  ProjectionType type = ProjectionType::kAll;
  std::vector<std::string> non_key_attributes;  // kInclude
};

// A state that passes: what a description says until the clock reaches `until`.
struct Transition {
  TableStatus status = TableStatus::kActive;
  OptionalTime until;  // absent: lasts

  TableStatus at(Clock::WallTime now) const {
    return until && now >= *until ? TableStatus::kActive : status;
  }
};

struct Index {
  std::uint32_t id = 0;
  IndexKind kind = IndexKind::kLocal;
  std::string name;
  KeySchema keys;
  IndexProjection projection;
  // Global indexes only.
  Transition state;
  bool backfilling = false;  // entries of older items are still being added
  ProvisionedThroughput throughput;
  std::optional<OnDemandThroughput> on_demand;
  std::optional<WarmThroughput> warm;

  // Whether its deletion has come to its end: nobody may see it any more.
  bool is_gone(Clock::WallTime now) const {
    return state.status == TableStatus::kDeleting && state.at(now) == TableStatus::kActive;
  }
};

enum class StreamViewType : std::uint8_t { kKeysOnly, kNewImage, kOldImage, kNewAndOldImages };
std::string_view wire_name(StreamViewType type);

struct StreamSettings {
  bool enabled = false;
  StreamViewType view = StreamViewType::kKeysOnly;
  std::string label;     // "2026-01-31T12:00:00.000"; empty: there never was a stream
  std::uint32_t id = 0;  // of its records
};

enum class TimeToLiveStatus : std::uint8_t { kEnabling, kEnabled, kDisabling, kDisabled };
std::string_view wire_name(TimeToLiveStatus status);

struct TimeToLiveSettings {
  bool enabled = false;
  std::string attribute;  // empty: it never was enabled
  bool indexing = false;  // expiries of older items are still being added
  OptionalTime settles;   // until when the last change is being made

  TimeToLiveStatus status(Clock::WallTime now) const {
    const bool changing = indexing || (settles && now < *settles);
    if (enabled) return changing ? TimeToLiveStatus::kEnabling : TimeToLiveStatus::kEnabled;
    return changing ? TimeToLiveStatus::kDisabling : TimeToLiveStatus::kDisabled;
  }
};

enum class KinesisStatus : std::uint8_t {
  kEnabling,
  kActive,
  kDisabling,
  kDisabled,
  kUpdating,
};
std::string_view wire_name(KinesisStatus status);

// A Kinesis data stream that changes are sent to, or were.
struct KinesisDestination {
  std::string stream_arn;
  std::string precision;  // MILLISECOND, MICROSECOND; empty: never given
  KinesisStatus status = KinesisStatus::kDisabled;
  OptionalTime settles;  // until when the status passes

  KinesisStatus at(Clock::WallTime now) const {
    if (settles && now < *settles) return status;
    return status == KinesisStatus::kDisabling || status == KinesisStatus::kDisabled
               ? KinesisStatus::kDisabled
               : KinesisStatus::kActive;
  }
  bool sends(Clock::WallTime now) const {
    const KinesisStatus now_is = at(now);
    return now_is == KinesisStatus::kActive || now_is == KinesisStatus::kUpdating;
  }
};

struct EncryptionSettings {
  std::string key_arn;
};

struct TableDefinition {
  std::uint32_t id = 0;
  std::string uuid;
  Scope scope;
  std::string name;
  Clock::WallTime created;
  Transition state;

  std::vector<KeyAttribute> attribute_definitions;  // in the order given
  KeySchema keys;
  std::vector<Index> indexes;  // local ones first, each kind in the order given

  BillingMode billing = BillingMode::kProvisioned;
  OptionalTime on_demand_since;  // the last switch to PAY_PER_REQUEST
  bool was_on_demand = false;    // now or earlier
  ProvisionedThroughput throughput;
  std::optional<OnDemandThroughput> on_demand;
  std::optional<WarmThroughput> warm;

  bool deletion_protection = false;
  std::string table_class;  // empty: never given
  std::optional<EncryptionSettings> encryption;
  std::map<std::string, std::string> tags;
  StreamSettings stream;
  TimeToLiveSettings time_to_live;
  std::vector<KinesisDestination> kinesis;

  const Index* find_index(std::string_view index_name) const;
  // Attributes that no key has any more are no longer defined.
  void forget_unused_attributes();
  bool has_local_index() const;
  std::string arn() const;  // arn:aws:dynamodb:REGION:ACCOUNT:table/NAME
  std::string index_arn(const Index& index) const;
};

}  // namespace dynadeck::engine
