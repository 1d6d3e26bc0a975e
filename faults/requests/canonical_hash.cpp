#include "faults/requests/canonical_hash.h"

#include <nlohmann/json.hpp>

#include "harness/seam/random.h"
#include "harness/seam/request_view.h"

namespace dynadeck::faults {
namespace {

using nlohmann::json;

std::uint64_t hash(std::string_view text, std::uint64_t kind) { return draw_bits(kind, text, 0); }

std::uint64_t combine(std::uint64_t left, std::uint64_t right) {
  return draw_bits(left, "combine", right);
}

bool is_set(std::string_view name) { return name == "SS" || name == "NS" || name == "BS"; }

std::uint64_t hash(const json& value) {
  if (value.is_object()) {
    std::uint64_t result = 1;
    for (const auto& [name, member] : value.items()) {
      if (name == "ClientRequestToken") continue;
      std::uint64_t of_member = 0;
      if (is_set(name) && member.is_array()) {
        for (const json& element : member) of_member += hash(element);  // in any order
      } else {
        of_member = hash(member);
      }
      result = combine(result, combine(hash(name, 2), of_member));
    }
    return result;
  }
  if (value.is_array()) {
    std::uint64_t result = 3;
    for (const json& element : value) result = combine(result, hash(element));
    return result;
  }
  if (value.is_string()) return hash(value.get_ref<const std::string&>(), 4);
  return hash(value.dump(), 5);
}

}  // namespace

std::uint64_t canonical_hash(const Request& request) {
  std::uint64_t result = hash(info(request.operation).name, 6);
  result = combine(result, hash(request.scope.account, 7));
  result = combine(result, hash(request.scope.region, 8));
  const RequestView& view = request.view();
  return combine(result, view.valid() ? hash(view.document()) : hash(request.body, 9));
}

}  // namespace dynadeck::faults
