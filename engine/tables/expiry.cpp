#include "engine/tables/expiry.h"

#include <algorithm>
#include <charconv>

#include "engine/store/key_codec.h"
#include "engine/values/decimal.h"

namespace dynadeck::engine {
namespace {

constexpr std::size_t kIdBytes = sizeof(std::uint32_t);

// What is older is taken for a mistake and kept. Source: [doc] as in the header.
constexpr std::chrono::years kOldest{5};

std::uint64_t seconds(Clock::WallTime time) {
  const std::int64_t since_1970 =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970, 0));
}

std::string entry_prefix(std::uint32_t table_id, std::uint64_t second) {
  std::string key;
  append_u32(key, table_id);
  append_u64(key, second);
  return key;
}

}  // namespace

std::optional<std::uint64_t> expiry_second(ItemView item, std::string_view attribute) {
  const auto value = item.find(attribute);
  if (!value || value->type() != Type::kNumber) return std::nullopt;
  std::string text;
  append_decimal(text, value->string());
  std::uint64_t second = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, second);
  if (error != std::errc() || (stopped != end && *stopped != '.')) return std::nullopt;
  return second;
}

std::string expiry_key(std::uint64_t second, std::string_view item_key) {
  return entry_prefix(read_u32(item_key), second).append(item_key.substr(kIdBytes));
}

std::string item_key_of(std::string_view expiry_key) {
  return std::string(expiry_key.substr(0, kIdBytes))
      .append(expiry_key.substr(kIdBytes + sizeof(std::uint64_t)));
}

KeySpan expired_span(std::uint32_t table_id, Clock::WallTime now) {
  return {entry_prefix(table_id, seconds(now - kOldest)), entry_prefix(table_id, seconds(now) + 1)};
}

bool is_expired(std::uint64_t second, Clock::WallTime now) {
  return second <= seconds(now) && second >= seconds(now - kOldest);
}

}  // namespace dynadeck::engine
