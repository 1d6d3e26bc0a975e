#include "harness/admin/streams.h"

#include <charconv>

namespace dynadeck {
namespace {

// A shard's children share its range; more than these help no test.
constexpr std::uint32_t kMaxChildren = 16;

Response counted(const Counted& result, const std::string& name) {
  if (!result.ok()) return admin_error(500, result.error());
  return admin_json(200, "{\"" + name + "\":" + std::to_string(result.value()) + "}");
}

}  // namespace

AdminHandler expiry_handler(std::function<Counted()> expire) {
  return [expire = std::move(expire)](const AdminRequest& request) {
    if (request.method != "DELETE") return method_not_allowed(request, "DELETE");
    return counted(expire(), "ExpiredItems");
  };
}

AdminHandler shard_roll_handler(std::function<Counted(const ShardRollRequest&)> roll) {
  return [roll = std::move(roll)](const AdminRequest& request) {
    if (request.method != "POST") return method_not_allowed(request, "POST");
    ShardRollRequest wanted{query_parameter(request, "table"), query_parameter(request, "account"),
                            query_parameter(request, "region"), query_parameter(request, "shard")};
    if (const std::string text = query_parameter(request, "children"); !text.empty()) {
      const char* const end = text.data() + text.size();
      const auto [stopped, error] = std::from_chars(text.data(), end, wanted.children);
      if (error != std::errc() || stopped != end || wanted.children < 1 ||
          wanted.children > kMaxChildren) {
        return admin_error(
            400, "children is '" + text + "': a number from 1 to " + std::to_string(kMaxChildren));
      }
    }
    return counted(roll(wanted), "ClosedShards");
  };
}

}  // namespace dynadeck
