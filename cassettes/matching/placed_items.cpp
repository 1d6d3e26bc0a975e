#include "cassettes/matching/placed_items.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "cassettes/json/text.h"
#include "cassettes/matching/expression_clauses.h"
#include "cassettes/matching/hash.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {
namespace {

std::string table_named_in(std::string_view object) {
  std::string name = string_value(find_member(object, "TableName"));
  // AWS's shard iterators begin with the ARN of their stream.
  if (name.empty()) name = string_value(find_member(object, "ShardIterator"));
  return std::string(table_name_of(name));
}

// The tables of a transaction's actions, in their order.
std::vector<std::string> tables_of_actions(std::string_view request) {
  std::vector<std::string> tables;
  for_each_element(find_member(request, "TransactItems"), [&](std::string_view action) {
    for_each_member(action, [&](std::string_view, std::string_view raw) {
      tables.push_back(table_named_in(raw));
      return false;
    });
    return true;
  });
  return tables;
}

}  // namespace

class PlacedItems::Finder {
 public:
  Finder(const Scope& scope, const KeySchemas& keys, PlacedItems& found)
      : scope_(combine(hash_text(scope.account), hash_text(scope.region))),
        keys_(keys),
        objects_(found.objects_) {}

  void request(std::string_view body) { object(body, table_named_in(body), ""); }

  void answer(std::string_view request, std::string_view body) {
    tables_of_actions_ = tables_of_actions(request);
    object(body, table_named_in(request), "");
  }

 private:
  // An object that may have members with items.
  void object(std::string_view raw, const std::string& table, const std::string& place) {
    for_each_member(raw, [&](std::string_view name, std::string_view value) {
      const std::string inner = place + "." + std::string(name);
      if (name == "Key" || name == "Item" || name == "Attributes") {
        note(table, value, place, updated_paths(raw));
      } else if (name == "Keys" && value.starts_with('{')) {
        note(table, value, place);  // beside the images of a stream record
      } else if (name == "Keys" || name == "Items") {
        list(table, value, inner);
      } else if (name == "LastEvaluatedKey" || name == "ExclusiveStartKey") {
        note(table, value, inner);
      } else if (name == "RequestItems" || name == "UnprocessedItems" ||
                 name == "UnprocessedKeys") {
        tables(value, inner);
      } else if (name == "Responses" && value.starts_with('{')) {
        for_each_member(value, [&](std::string_view of, std::string_view items) {
          list(std::string(table_name_of(of)), items, inner + "." + std::string(of));
          return true;
        });
      } else if (name == "Responses" || name == "CancellationReasons") {
        each(value, inner, [&](std::size_t i, std::string_view element, const std::string& at) {
          if (i < tables_of_actions_.size()) object(element, tables_of_actions_[i], at);
        });
      } else if (name == "TransactItems") {
        each(value, inner, [&](std::size_t, std::string_view action, const std::string& at) {
          members(action, {}, at);
        });
      } else if (name == "Records") {
        each(value, inner, [&](std::size_t, std::string_view record, const std::string& at) {
          object(find_member(record, "dynamodb"), table, at + ".dynamodb");
        });
      }
      return true;
    });
  }

  // An object whose members are such objects: {"Put": {...}}. table: empty where they name it.
  void members(std::string_view raw, const std::string& table, const std::string& place) {
    for_each_member(raw, [&](std::string_view name, std::string_view value) {
      object(value, table.empty() ? table_named_in(value) : table, place + "." + std::string(name));
      return true;
    });
  }

  // {"table": [{"PutRequest": {...}}, ...]} or {"table": {"Keys": [...]}}.
  void tables(std::string_view raw, const std::string& place) {
    for_each_member(raw, [&](std::string_view name, std::string_view value) {
      const std::string table(table_name_of(name));
      const std::string inner = place + "." + std::string(name);
      if (value.starts_with('{')) {
        object(value, table, inner);
      } else {
        each(value, inner, [&](std::size_t, std::string_view action, const std::string& at) {
          members(action, table, at);
        });
      }
      return true;
    });
  }

  void list(const std::string& table, std::string_view items, const std::string& place) {
    each(items, place,
         [&](std::size_t, std::string_view item, const std::string& at) { note(table, item, at); });
  }

  template <typename Take>
  void each(std::string_view array, const std::string& place, const Take& take) {
    std::size_t i = 0;
    for_each_element(array, [&](std::string_view raw) {
      take(i, raw, place + "[" + std::to_string(i) + "]");
      ++i;
      return true;
    });
  }

  void note(std::string_view table, std::string_view members, const std::string& place,
            std::map<std::string, std::string> updated = {}) {
    const std::vector<std::string>* const names = keys_.find(table);
    if (names == nullptr) return;
    if (const auto key = hash_members(members, *names)) {
      const std::uint64_t item = combine(combine(scope_, hash_text(table)), *key);
      objects_.insert_or_assign(place, Object{item, names, std::move(updated)});
    }
  }

  const std::uint64_t scope_;
  const KeySchemas& keys_;
  std::vector<std::string> tables_of_actions_;
  std::unordered_map<std::string, Object>& objects_;
};

bool is_by_table(Places places) {
  return places.size() == 1 &&
         std::find(kByTable.begin(), kByTable.end(), places[0].name) != kByTable.end();
}

PlacedItems PlacedItems::of_request(const Scope& scope, std::string_view request,
                                    const KeySchemas& keys) {
  PlacedItems found;
  Finder(scope, keys, found).request(request);
  return found;
}

PlacedItems PlacedItems::of_answer(const Scope& scope, std::string_view request,
                                   std::string_view answer, const KeySchemas& keys) {
  PlacedItems found;
  const PlacedItems asked = of_request(scope, request, keys);
  const auto own = asked.objects_.find("");
  if (own != asked.objects_.end()) found.objects_.insert(*own);
  Finder(scope, keys, found).answer(request, answer);
  return found;
}

PlacedItems::Owner PlacedItems::at(std::string_view place) const {
  if (objects_.empty()) return {};
  for (std::string_view around = place;;) {
    const auto found = objects_.find(std::string(around));
    if (found != objects_.end()) {
      return owner(found->second, place.substr(around.size()));
    }
    const std::size_t cut = around.find_last_of(".[");
    if (cut == std::string_view::npos) return {};
    around = around.substr(0, cut);
  }
}

// ".Item.meta.M.at.S", ".meta.M.at.S" and ".ExpressionAttributeValues.:t.S", where that is put at
// meta.at, are one.
PlacedItems::Owner PlacedItems::owner(const Object& object, std::string_view place) {
  constexpr std::array<std::string_view, 8> kHolders = {
      "Item", "Attributes", "Key", "Keys", "NewImage", "OldImage", "AttributeUpdates", "Expected"};
  std::string path;
  bool first = true;
  bool placeholder = false;
  std::size_t end = 0;
  for (std::size_t at = 0; at < place.size(); at = end, first = false) {
    if (place[at] == '.') ++at;
    end = std::min(place.find('.', at), place.size());
    const std::string_view part = place.substr(at, end - at);
    if (first && std::find(kHolders.begin(), kHolders.end(), part) != kHolders.end()) continue;
    if (first && part == "ExpressionAttributeValues") {
      placeholder = true;
    } else if (placeholder) {
      placeholder = false;
      const auto updated = object.updated.find(std::string(part));
      if (updated == object.updated.end()) return {object.item};
      path = updated->second;
    } else if (end == place.size() || part == "M" || part == "Value") {
      continue;  // the type, or a wrapper
    } else if (part.starts_with("L[")) {
      path += part.substr(1);
    } else {
      path.append(path.empty() ? "" : ".").append(part);
    }
  }
  if (path.empty()) return {object.item};
  const bool key = std::find(object.key->begin(), object.key->end(), path) != object.key->end();
  return {object.item, hash_text(path), key};
}

}  // namespace dynadeck::cassettes
