// Which items a request touches, as far as order matters between requests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/matching/hash.h"

namespace dynadeck::cassettes {

// A lane is one item, or one table's definition: what happens in it has an order that a replay in
// item order keeps. Two requests conflict if they share a lane and one of them writes.
struct Lanes {
  std::vector<std::uint64_t> items;
  std::vector<std::uint64_t> tables;  // hashes of the tables named
  // Of a table and a value: that a write puts into an attribute, or that a query asks of its keys.
  // A query looks at items of a write where they share one. Only where they were asked for.
  std::vector<std::uint64_t> values;
  bool writes = false;
  bool several = false;  // it may touch more than one item
};

// Names of the key attributes of tables, learnt from what passes by: CreateTable, DescribeTable and
// every Key. One thread.
class KeySchemas {
 public:
  // scan: of the request.
  void learn(std::string_view operation, std::string_view request, const RequestScan& scan,
             std::string_view response);
  // The table has the key of another one that is known.
  void alias(std::string_view table, std::string_view other);
  // The names for that table; null where nothing was learnt.
  const std::vector<std::string>* find(std::string_view table) const;

  // {"table":["pk","sk"]}, and back.
  std::string to_json() const;
  void add_json(std::string_view object);

 private:
  void add(std::string_view table, std::vector<std::string> names);

  std::map<std::string, std::vector<std::string>, std::less<>> keys_;
};

// Finds the lanes of requests. Queries, scans and statements have none: they look at many items.
// One thread.
class LaneFinder {
 public:
  // with_values: find the values too. The result is good until the next call.
  const Lanes& find(std::string_view operation, std::string_view account, std::string_view region,
                    std::string_view request, const RequestScan& scan, const KeySchemas& keys,
                    bool with_values = false);

 private:
  std::string account_, region_;  // of the call before: most calls are alike
  std::uint64_t scope_ = 0;
  bool has_scope_ = false;
  Lanes lanes_;
};

}  // namespace dynadeck::cassettes
