#include "cassettes/matching/lanes.h"

#include <algorithm>
#include <array>

#include "cassettes/json/text.h"
#include "cassettes/matching/hash.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {
namespace {

// A table has at most four partition and four sort key attributes, and those of an index.
constexpr std::size_t kMostTables = 10'000;

std::vector<std::string> member_names(std::string_view object) {
  std::vector<std::string> names;
  for_each_member(object, [&](std::string_view name, std::string_view) {
    names.emplace_back(name);
    return names.size() < 16;
  });
  return names;
}

std::vector<std::string> key_schema_names(std::string_view array) {
  std::vector<std::string> names;
  for_each_element(array, [&](std::string_view raw) {
    names.push_back(string_value(find_member(raw, "AttributeName")));
    return names.size() < 16;
  });
  return names;
}

// Collects the lanes of one request.
class Collector {
 public:
  Collector(std::uint64_t scope, const KeySchemas& keys, bool with_values, Lanes& lanes)
      : scope_(scope), keys_(keys), with_values_(with_values), lanes_(lanes) {}

  // Of a request for one item, as a scan found it.
  void key(const RequestScan& scan) {
    if (scan.key) push(table_name_of(scan.table), *scan.key);
  }
  // What a write of one item puts where.
  void written_values(const RequestScan& scan) {
    const std::uint64_t table = combine(scope_, hash_text(table_name_of(scan.table)));
    for (const auto* members : {&scan.item, &scan.key_members, &scan.values}) {
      for (const MemberHash& member : *members) {
        lanes_.values.push_back(combine(table, member.value));
      }
    }
  }

  // What a query asks to be equal: ":v" of "name = :v".
  void asked_values(std::string_view request, const RequestScan& scan) {
    const std::uint64_t table = combine(scope_, hash_text(table_name_of(scan.table)));
    const std::string condition = string_value(find_member(request, "KeyConditionExpression"));
    for (std::size_t at = condition.find('='); at != std::string::npos;
         at = condition.find('=', at + 1)) {
      const bool equality = at > 0 && condition[at - 1] != '<' && condition[at - 1] != '>';
      const std::size_t start = condition.find_first_not_of(" \t", at + 1);
      if (!equality || start == std::string::npos || condition[start] != ':') continue;
      const std::size_t end = condition.find_first_of(" \t)", start);
      const std::uint64_t name = hash_text(std::string_view(condition).substr(start, end - start));
      for (const MemberHash& member : scan.values) {
        if (member.name == name) lanes_.values.push_back(combine(table, member.value));
      }
    }
  }

  void table_only(const RequestScan& scan) { note_table(table_name_of(scan.table)); }
  void item(const RequestScan& scan) {
    if (scan.item.empty()) return;
    const std::string_view table = table_name_of(scan.table);
    const std::vector<std::string>* const names = keys_.find(table);
    const auto hash = names == nullptr ? std::nullopt : hash_members(scan.item, *names);
    hash ? push(table, *hash) : static_cast<void>(note_table(table));
  }

  // The definition of a table is a lane too.
  void definition(std::string_view request) {
    const std::string name = table_name(request);
    if (!name.empty()) lanes_.items.push_back(note_table(name));
  }

  // A table that is named beside no key.
  void table_only(std::string_view request) {
    const std::string name = table_name(request);
    if (!name.empty()) note_table(name);
  }

  // Of an object with TableName and Key.
  void key(std::string_view request) { add(table_name(request), find_member(request, "Key")); }

  // Of an object with TableName and Item.
  void item(std::string_view request) {
    add_item(table_name(request), find_member(request, "Item"));
  }

  void add(std::string_view table, std::string_view key) {
    if (key.empty()) return;
    if (const auto hash = hash_value(key)) push(table, *hash);
    if (with_values_) add_values(note_table(table), key);
  }

  void add_values(std::uint64_t table, std::string_view members) {
    for_each_member(members, [&](std::string_view, std::string_view raw) {
      if (const auto hash = hash_value(raw)) lanes_.values.push_back(combine(table, *hash));
      return true;
    });
  }

  void add_item(std::string_view table, std::string_view item) {
    if (item.empty()) return;
    const std::uint64_t lane = note_table(table);
    if (with_values_) add_values(lane, item);
    const std::vector<std::string>* const names = keys_.find(table);
    if (names == nullptr) return;
    if (const auto hash = hash_members(item, *names)) push(table, *hash);
  }

  // RequestItems of BatchGetItem: table → {"Keys": [...]}.
  void batch_get(std::string_view request) {
    for_each_member(find_member(request, "RequestItems"),
                    [&](std::string_view table, std::string_view raw) {
                      for_each_element(find_member(raw, "Keys"), [&](std::string_view key) {
                        add(table_name_of(table), key);
                        return true;
                      });
                      return true;
                    });
  }

  // RequestItems of BatchWriteItem: table → [{"PutRequest": {"Item": ...}}, ...].
  void batch_write(std::string_view request) {
    for_each_member(find_member(request, "RequestItems"),
                    [&](std::string_view table, std::string_view raw) {
                      for_each_element(raw, [&](std::string_view action) {
                        const std::string_view name = table_name_of(table);
                        add_item(name, find_member(find_member(action, "PutRequest"), "Item"));
                        add(name, find_member(find_member(action, "DeleteRequest"), "Key"));
                        return true;
                      });
                      return true;
                    });
  }

  // TransactItems: [{"Put": {"TableName": ..., "Item": ...}}, {"Get": {...}}, ...].
  void transaction(std::string_view request) {
    for_each_element(find_member(request, "TransactItems"), [&](std::string_view action) {
      for_each_member(action, [&](std::string_view name, std::string_view raw) {
        name == "Put" ? item(raw) : key(raw);
        return true;
      });
      return true;
    });
  }

 private:
  static std::string table_name(std::string_view request) {
    return std::string(table_name_of(string_value(find_member(request, "TableName"))));
  }

  std::uint64_t note_table(std::string_view name) {
    const std::uint64_t table = combine(scope_, hash_text(name));
    if (std::find(lanes_.tables.begin(), lanes_.tables.end(), table) == lanes_.tables.end()) {
      lanes_.tables.push_back(table);
    }
    return table;
  }

  void push(std::string_view table, std::uint64_t key) {
    lanes_.items.push_back(combine(note_table(table), key));
  }

  const std::uint64_t scope_;
  const KeySchemas& keys_;
  const bool with_values_;
  Lanes& lanes_;
};

}  // namespace

void KeySchemas::learn(std::string_view operation, std::string_view request,
                       const RequestScan& scan, std::string_view response) {
  if (operation == "GetItem" || operation == "UpdateItem" || operation == "DeleteItem") {
    // Most requests speak of a table that is known.
    if (!scan.key || find(scan.table) != nullptr) return;
    const std::string table = string_value(find_member(request, "TableName"));
    add(table_name_of(table), member_names(find_member(request, "Key")));
  } else if (operation == "CreateTable") {
    add(table_name_of(string_value(find_member(request, "TableName"))),
        key_schema_names(find_member(request, "KeySchema")));
  } else if (operation == "DescribeTable") {
    const std::string_view table = find_member(response, "Table");
    if (table.empty()) return;
    add(string_value(find_member(table, "TableName")),
        key_schema_names(find_member(table, "KeySchema")));
  }
}

void KeySchemas::add(std::string_view table, std::vector<std::string> names) {
  if (table.empty() || names.empty() || keys_.size() >= kMostTables) return;
  keys_.insert_or_assign(std::string(table), std::move(names));
}

void KeySchemas::alias(std::string_view table, std::string_view other) {
  if (const std::vector<std::string>* const names = find(other)) add(table, *names);
}

const std::vector<std::string>* KeySchemas::find(std::string_view table) const {
  const auto found = keys_.find(table);
  return found == keys_.end() ? nullptr : &found->second;
}

std::string KeySchemas::to_json() const {
  std::string out = "{";
  for (const auto& [table, names] : keys_) {
    if (out.size() > 1) out += ',';
    append_quoted(out, table);
    out += ":[";
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) out += ',';
      append_quoted(out, names[i]);
    }
    out += ']';
  }
  return out + "}";
}

void KeySchemas::add_json(std::string_view object) {
  for_each_member(object, [&](std::string_view table, std::string_view raw) {
    std::vector<std::string> names;
    for_each_element(raw, [&](std::string_view name) {
      names.push_back(string_value(name));
      return true;
    });
    add(table, std::move(names));
    return true;
  });
}

const Lanes& LaneFinder::find(std::string_view operation, std::string_view account,
                              std::string_view region, std::string_view request,
                              const RequestScan& scan, const KeySchemas& keys, bool with_values) {
  if (!has_scope_ || account != account_ || region != region_) {
    account_ = account;
    region_ = region;
    scope_ = combine(hash_text(account), hash_text(region));
    has_scope_ = true;
  }
  lanes_.items.clear();
  lanes_.tables.clear();
  lanes_.values.clear();
  lanes_.writes = false;
  lanes_.several = operation == "BatchWriteItem" || operation == "TransactWriteItems";
  Collector collector(scope_, keys, with_values, lanes_);
  // What the scan does not know is a name with escapes.
  const bool scanned = !scan.table.empty();
  if (operation == "GetItem") {
    scanned ? collector.key(scan) : collector.key(request);
  } else if (operation == "Query" || operation == "Scan") {
    scanned ? collector.table_only(scan) : collector.table_only(request);
  } else if (operation == "UpdateItem" || operation == "DeleteItem") {
    lanes_.writes = true;
    scanned ? collector.key(scan) : collector.key(request);
  } else if (operation == "PutItem") {
    lanes_.writes = true;
    scanned ? collector.item(scan) : collector.item(request);
  } else if (operation == "BatchGetItem") {
    collector.batch_get(request);
  } else if (operation == "BatchWriteItem") {
    lanes_.writes = true;
    collector.batch_write(request);
  } else if (operation == "TransactGetItems" || operation == "TransactWriteItems") {
    lanes_.writes = operation == "TransactWriteItems";
    collector.transaction(request);
  } else if (operation == "DescribeTable" || operation == "DescribeTimeToLive") {
    collector.definition(request);
  } else if (operation == "CreateTable" || operation == "DeleteTable" ||
             operation == "UpdateTable" || operation == "UpdateTimeToLive") {
    lanes_.writes = true;
    collector.definition(request);
  }
  if (with_values && scanned) {
    if (lanes_.writes) collector.written_values(scan);
    if (operation == "Query") collector.asked_values(request, scan);
  }
  return lanes_;
}

}  // namespace dynadeck::cassettes
