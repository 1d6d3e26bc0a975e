// What reads and writes cost. Source: [doc] "DynamoDB read and write operations" (capacity unit
// consumption); [peer] dynalite 4 where named.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/inputs/options.h"
#include "engine/tables/schema.h"

namespace dynadeck::engine {

// Units for reading that many bytes together: one per 4 KB begun, at least one, half if eventually
// consistent.
double read_units(std::size_t bytes, bool consistent);

// Units for writing an item of that many bytes: one per 1 KB begun, at least one.
double write_units(std::size_t bytes);

// Of transactions, the details of INDEXES say ReadCapacityUnits or WriteCapacityUnits too.
// Source: [peer] nubo-db/dynoxide, compared with the service in 2026.
enum class CapacityKind : std::uint8_t { kPlain, kTransactRead, kTransactWrite };

// What one request consumed of one table.
struct ConsumedCapacity {
  double table = 0;
  std::vector<std::pair<const Index*, double>> indexes;  // each index once

  void add_index(const Index& index, double units);
  void add(const ConsumedCapacity& other);
  void multiply(double factor);
  double total() const;
};

// Appends the object as the answer shows it: {"CapacityUnits":1.0,"TableName":"..."}.
// detail: not kNone.
void append_consumed_capacity(std::string& out, std::string_view table_name,
                              const ConsumedCapacity& consumed, ReturnConsumedCapacity detail,
                              CapacityKind kind = CapacityKind::kPlain);

// Appends a number of units: "0.5", "12.0".
void append_units(std::string& out, double units);

}  // namespace dynadeck::engine
