#include "faults/body_scan.h"

#include <algorithm>

#include "faults/json_walker.h"
#include "harness/request_view.h"

namespace dynadeck::faults {

class BodyScanner : private JsonWalker {
 public:
  BodyScanner(BodyScan& scan, std::string_view body) : JsonWalker(body), scan_(scan) {}

  void run() {
    skip_space();
    if (!take('{')) return;
    members([this](std::string_view name) { return top_level(name); });
  }

 private:
  bool top_level(std::string_view name) {
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

  void add(std::string_view name) {
    name = table_name_of(name);
    auto& tables = scan_.tables_;
    if (std::find(tables.begin(), tables.end(), name) == tables.end()) tables.push_back(name);
  }

  BodyScan& scan_;
};

BodyScan::BodyScan(std::string_view body) { BodyScanner(*this, body).run(); }

}  // namespace dynadeck::faults
