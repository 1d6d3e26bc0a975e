#include "faults/requests/body_scan.h"

#include <algorithm>

#include "faults/requests/json_walker.h"
#include "harness/seam/request_view.h"

namespace dynadeck::faults {

class BodyScanner : private JsonWalker {
 public:
  BodyScanner(BodyScan& scan, std::string_view body, bool one_table)
      : JsonWalker(body), scan_(scan), one_table_(one_table) {}

  void run() {
    skip_space();
    if (!take('{')) return;
    members([this](std::string_view name) { return top_level(name); });
  }

 private:
  bool top_level(std::string_view name) {
    if (one_table_) return name == "TableName" ? table_value() && false : skip_value();
    if (name == "TableName" || name == "ResourceArn" || name == "StreamArn" || name == "TableArn") {
      return table_value();
    }
    if (name == "ShardIterator") return iterator_value();
    if (name == "IndexName") return peek() == '"' ? string(scan_.index_) : skip_value();
    if (name == "RequestItems" && take('{')) {
      return members([this](std::string_view table) { return add(table), skip_value(); });
    }
    if (name == "TransactItems" && take('[')) return transaction();
    return skip_value();
  }

  bool transaction() {
    return elements([this] {
      if (!take('{')) return skip_value();
      return members([this](std::string_view) {
        if (!take('{')) return skip_value();
        return members([this](std::string_view name) {
          return name == "TableName" ? table_value() : skip_value();
        });
      });
    });
  }

  bool table_value() {
    std::string_view value;
    if (peek() != '"') return skip_value();
    if (!string(value)) return false;
    add(value);
    return true;
  }

  // An iterator starts with its stream's ARN.
  bool iterator_value() {
    std::string_view value;
    if (peek() != '"') return skip_value();
    if (!string(value)) return false;
    if (value.starts_with("arn:")) add(value);
    return true;
  }

  void add(std::string_view name) { scan_.add(table_name_of(name)); }

  BodyScan& scan_;
  const bool one_table_;  // the operation names one table and no index: the walk ends there
};

namespace {

bool names_one_table(Operation operation) {
  return operation == Operation::kGetItem || operation == Operation::kPutItem ||
         operation == Operation::kUpdateItem || operation == Operation::kDeleteItem;
}

}  // namespace

BodyScan::BodyScan(std::string_view body) { BodyScanner(*this, body, false).run(); }

BodyScan::BodyScan(const Request& request) {
  BodyScanner(*this, request.body, names_one_table(request.operation)).run();
}

void BodyScan::add(std::string_view table) {
  if (!has_one_) {
    has_one_ = true;
    one_ = table;
    return;
  }
  const auto known = tables();
  if (std::find(known.begin(), known.end(), table) != known.end()) return;
  if (many_.empty()) many_.push_back(one_);
  many_.push_back(table);
}

}  // namespace dynadeck::faults
