#include "cassettes/json/tree.h"

#include <nlohmann/json.hpp>

#include "cassettes/json/text.h"

namespace dynadeck::cassettes {

nlohmann::json parse_tree(std::string_view text) {
  JsonCursor cursor(text);
  std::string_view raw;
  if (!cursor.value(raw)) return nlohmann::json(nlohmann::json::value_t::discarded);
  return nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
}

std::string print_tree(const nlohmann::json& tree) {
  return tree.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace dynadeck::cassettes
