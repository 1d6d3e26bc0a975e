#include "engine/values/value_json.h"

#include <string_view>

#include "engine/values/base64.h"
#include "engine/values/decimal.h"
#include "engine/values/json_text.h"

namespace dynadeck::engine {
namespace {

void append_quoted_payload(std::string& out, ValueView scalar) {
  switch (scalar.type()) {
    case Type::kString:
      append_json_text(out, scalar.string());
      return;
    case Type::kNumber:
      out.push_back('"');
      append_decimal(out, scalar.string());
      out.push_back('"');
      return;
    default:
      out.push_back('"');
      append_base64(out, scalar.string());
      out.push_back('"');
  }
}

void append_members_json(std::string& out, ValueView container) {
  const bool typed = container.type() == Type::kList;
  bool first = true;
  out.push_back('[');
  for (const ValueView member : container.list()) {
    if (!first) out.push_back(',');
    first = false;
    if (typed) {
      append_json(out, member);
    } else {
      append_quoted_payload(out, member);
    }
  }
  out.push_back(']');
}

}  // namespace

void append_json(std::string& out, ValueView value) {
  const Type type = value.type();
  out.append("{\"").append(type_name(type)).append("\":");
  switch (type) {
    case Type::kString:
    case Type::kNumber:
    case Type::kBinary:
      append_quoted_payload(out, value);
      break;
    case Type::kBool:
      out.append(value.boolean() ? "true" : "false");
      break;
    case Type::kNull:
      out.append("true");
      break;
    case Type::kMap:
      append_item_json(out, value);
      break;
    default:
      append_members_json(out, value);
  }
  out.push_back('}');
}

void append_item_json(std::string& out, ItemView item) {
  bool first = true;
  out.push_back('{');
  for (const MapEntry& entry : item.map()) {
    if (!first) out.push_back(',');
    first = false;
    append_json_text(out, entry.name);
    out.push_back(':');
    append_json(out, entry.value);
  }
  out.push_back('}');
}

}  // namespace dynadeck::engine
