// What a link outside the engine may want to know of a request's body.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynadeck {

// Parsed once per request, when first asked. Immutable.
class RequestView {
 public:
  explicit RequestView(std::string_view body);

  // Whether the body is a JSON object.
  bool valid() const { return document_.is_object(); }

  // The body. Members are sorted by name; discarded (is_discarded()) where the body is not JSON.
  const nlohmann::json& document() const { return document_; }

  // Names of the tables that the request names, each once, in the order met; the table's name
  // where an ARN was given.
  std::span<const std::string> tables() const { return tables_; }

  // IndexName; empty without.
  std::string_view index() const { return index_; }

 private:
  nlohmann::json document_;
  std::vector<std::string> tables_;
  std::string index_;
};

// The table's name where `name_or_arn` is a table, index or stream ARN, else what was given.
std::string_view table_name_of(std::string_view name_or_arn);

}  // namespace dynadeck
