#include "engine/items/capacity.h"

#include <algorithm>
#include <cstdint>

#include "engine/values/json_text.h"

namespace dynadeck::engine {
namespace {

constexpr std::size_t kReadUnitBytes = 4096;
constexpr std::size_t kWriteUnitBytes = 1024;

std::size_t units(std::size_t bytes, std::size_t unit) {
  return std::max<std::size_t>(1, (bytes + unit - 1) / unit);
}

void append_capacity(std::string& out, double amount, CapacityKind kind) {
  out.append("\"CapacityUnits\":");
  append_units(out, amount);
  if (kind == CapacityKind::kPlain) return;
  out.append(kind == CapacityKind::kTransactRead ? ",\"ReadCapacityUnits\":"
                                                 : ",\"WriteCapacityUnits\":");
  append_units(out, amount);
}

void append_indexes(std::string& out, std::string_view member, IndexKind wanted,
                    const ConsumedCapacity& consumed, CapacityKind kind) {
  bool first = true;
  for (const auto& [index, amount] : consumed.indexes) {
    if (index->kind != wanted) continue;
    if (first) {
      out.append(",\"").append(member).append("\":{");
    } else {
      out.push_back(',');
    }
    first = false;
    append_json_text(out, index->name);
    out.append(":{");
    append_capacity(out, amount, kind);
    out.push_back('}');
  }
  if (!first) out.push_back('}');
}

}  // namespace

double read_units(std::size_t bytes, bool consistent) {
  return static_cast<double>(units(bytes, kReadUnitBytes)) * (consistent ? 1.0 : 0.5);
}

double write_units(std::size_t bytes) { return static_cast<double>(units(bytes, kWriteUnitBytes)); }

void ConsumedCapacity::add_index(const Index& index, double amount) {
  for (auto& [known, sum] : indexes) {
    if (known == &index) {
      sum += amount;
      return;
    }
  }
  indexes.emplace_back(&index, amount);
}

void ConsumedCapacity::add(const ConsumedCapacity& other) {
  table += other.table;
  for (const auto& [index, amount] : other.indexes) add_index(*index, amount);
}

void ConsumedCapacity::multiply(double factor) {
  table *= factor;
  for (auto& [index, amount] : indexes) amount *= factor;
}

double ConsumedCapacity::total() const {
  double sum = table;
  for (const auto& [index, amount] : indexes) sum += amount;
  return sum;
}

void append_units(std::string& out, double amount) {
  // Units are halves at the finest.
  const auto halves = static_cast<std::int64_t>(amount * 2);
  out.append(std::to_string(halves / 2)).append(halves % 2 != 0 ? ".5" : ".0");
}

void append_consumed_capacity(std::string& out, std::string_view table_name,
                              const ConsumedCapacity& consumed, ReturnConsumedCapacity detail,
                              CapacityKind kind) {
  out.push_back('{');
  append_capacity(out, consumed.total(), CapacityKind::kPlain);
  if (detail == ReturnConsumedCapacity::kIndexes) {
    append_indexes(out, "GlobalSecondaryIndexes", IndexKind::kGlobal, consumed, kind);
    append_indexes(out, "LocalSecondaryIndexes", IndexKind::kLocal, consumed, kind);
    out.append(",\"Table\":{");
    append_capacity(out, consumed.table, kind);
    out.push_back('}');
  }
  out.append(",\"TableName\":");
  append_json_text(out, table_name);
  out.push_back('}');
}

}  // namespace dynadeck::engine
