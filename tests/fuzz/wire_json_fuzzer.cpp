// Bodies: what we take for JSON is JSON for nlohmann's parser too, and the other way round.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/wire/json.h"

namespace {

using dynadeck::engine::JsonDocument;
using dynadeck::engine::JsonMember;
using dynadeck::engine::JsonValue;

// Depth at which the two differ on purpose.
constexpr std::size_t kComparedDepth = 500;

bool same(const JsonValue& ours, const nlohmann::json& theirs) {
  switch (ours.kind()) {
    case JsonValue::Kind::kNull:
      return theirs.is_null();
    case JsonValue::Kind::kFalse:
    case JsonValue::Kind::kTrue:
      return theirs.is_boolean() && theirs.get<bool>() == ours.boolean();
    case JsonValue::Kind::kNumber:
      return theirs.is_number();
    case JsonValue::Kind::kString:
      return theirs.is_string() && theirs.get_ref<const std::string&>() == ours.text();
    case JsonValue::Kind::kList: {
      if (!theirs.is_array() || theirs.size() != ours.count()) return false;
      for (std::size_t i = 0; i < theirs.size(); ++i) {
        if (!same(ours.elements()[i], theirs[i])) return false;
      }
      return true;
    }
    case JsonValue::Kind::kObject: {
      if (!theirs.is_object() || theirs.size() != ours.count()) return false;
      for (const JsonMember& member : ours.members()) {
        const auto found = theirs.find(std::string(member.name));
        if (found == theirs.end() || !same(member.value, *found)) return false;
      }
      return true;
    }
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  // nlohmann's takes a NUL for the end and what follows it for nothing.
  const bool has_nul = body.find('\0') != std::string_view::npos;
  if (size > kComparedDepth || has_nul) {
    (void)JsonDocument::parse(body);
    return 0;
  }
  const auto ours = JsonDocument::parse(body);
  const nlohmann::json theirs = nlohmann::json::parse(body, nullptr, false);
  // nlohmann's refuses numbers that no double holds.
  const bool may_overflow = body.find_first_of("eE") != std::string_view::npos || size > 300;
  if (ours.ok() && theirs.is_discarded() && may_overflow) return 0;
  if (ours.ok() == theirs.is_discarded()) __builtin_trap();
  if (ours.ok() && !same(ours->root(), theirs)) __builtin_trap();
  return 0;
}
