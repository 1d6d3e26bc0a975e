// The values that a request's body gives to an attribute of its keys, found without the schema.
#pragma once

#include <memory_resource>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace dynadeck::faults {

// An attribute value of one of the key types. Borrows from what it was found in.
struct KeyValue {
  std::string_view type;  // "S", "N" or "B"
  std::string_view text;  // B in base64

  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};

// The attribute's value in a map of attribute values, such as a Key or an Item.
std::optional<KeyValue> key_value(const nlohmann::json& attributes, std::string_view attribute);

// The attribute's value in one element of a batch or transaction: {"PutRequest": {"Item": ...}},
// {"DeleteRequest": {"Key": ...}}, {"Update": {"Key": ...}}, or a bare key.
std::optional<KeyValue> element_key_value(const nlohmann::json& element,
                                          std::string_view attribute);

// All values of the attribute in a request: in its Key, its Item, its equality conditions on the
// key (KeyConditionExpression and KeyConditions), and in each element of a batch or transaction.
std::vector<KeyValue> key_values(const nlohmann::json& document, std::string_view attribute);

// The same of a body as it arrived, without building a tree of it. One pass; borrows from the body.
// Names and values come out as they stand: of a body with escapes ask key_values(). One that is not
// JSON yields what was met before the error.
class KeyScan {
 public:
  // memory outlives the scan.
  explicit KeyScan(std::string_view body,
                   std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  // What key_values() finds, in the order of the body.
  std::vector<KeyValue> of(std::string_view attribute) const;

 private:
  friend class KeyScanner;
  using Attributes = std::pmr::vector<std::pair<std::string_view, KeyValue>>;

  Attributes values_;  // of keys and items, and of equality conditions in KeyConditions
  std::string_view expression_;
  std::pmr::vector<std::pair<std::string_view, std::string_view>> aliases_;
  Attributes bound_;  // ExpressionAttributeValues
};

}  // namespace dynadeck::faults
