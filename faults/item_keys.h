// The values that a request's body gives to an attribute of its keys, found without the schema.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynadeck::faults {

// An attribute value of one of the key types.
struct KeyValue {
  std::string type;  // "S", "N" or "B"
  std::string text;  // B in base64

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

}  // namespace dynadeck::faults
