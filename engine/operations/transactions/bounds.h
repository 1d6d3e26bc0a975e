// What a transaction may hold, and what it costs.
#pragma once

#include <cstddef>

namespace dynadeck::engine {

// Source: [doc] "Quotas": transactions.
inline constexpr std::size_t kMaxTransactionBytes = 4 * 1024 * 1024;
// Source: [doc] "Amazon DynamoDB Transactions: How it works": two reads, or two writes, per item.
inline constexpr double kTransactionFactor = 2;

}  // namespace dynadeck::engine
