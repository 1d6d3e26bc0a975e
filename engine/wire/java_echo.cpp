#include "engine/wire/java_echo.h"

#include <array>
#include <utility>

#include "engine/values/json_text.h"

namespace dynadeck::engine {
namespace {

// Java's names of an AttributeValue's fields, among them types that no request can have.
// Source: [doc] captures published by the paritysuite conformance suite.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kValueFields = {{
    {"s", "S"},
    {"n", "N"},
    {"b", "B"},
    {"iNT", ""},
    {"dECIMAL", ""},
    {"dOUBLE", ""},
    {"sS", "SS"},
    {"nS", "NS"},
    {"bS", "BS"},
    {"iNTSET", ""},
    {"dECIMALSET", ""},
    {"dOUBLESET", ""},
    {"m", "M"},
    {"l", "L"},
    {"nULL", "NULL"},
    {"bOOL", "BOOL"},
}};

void append_value(std::string& out, const JsonValue& value);

template <typename Append>
void append_all(std::string& out, const JsonValue& value, Append append) {
  const bool is_map = value.is_object();
  out += is_map ? "{" : "[";
  bool first = true;
  const auto separate = [&] {
    if (!std::exchange(first, false)) out += ", ";
  };
  for (const JsonValue& element : value.elements()) {
    separate();
    append(element);
  }
  for (const JsonMember& member : value.members()) {
    separate();
    out.append(member.name).append("=");
    append(member.value);
  }
  out += is_map ? "}" : "]";
}

void append_field(std::string& out, const JsonValue* value) {
  if (value == nullptr || value->is_null()) {
    out += "null";
  } else if (value->is_boolean()) {
    out += value->boolean() ? "true" : "false";
  } else if (value->is_list() || value->is_object()) {
    append_all(out, *value, [&](const JsonValue& element) {
      if (element.is_object()) {
        append_value(out, element);
      } else {
        append_field(out, &element);
      }
    });
  } else {
    out += value->text();
  }
}

void append_value(std::string& out, const JsonValue& value) {
  out += "AttributeValue(";
  for (const auto& [java, json] : kValueFields) {
    if (java != "s") out += ", ";
    out.append(java).append("=");
    append_field(out, json.empty() ? nullptr : value.find(json));
  }
  out += ")";
}

void append_structure(std::string& out, const Shape& shape, const JsonValue& value) {
  out.append(shape.name).append("(");
  for (const ShapeMember& member : shape.members) {
    if (&member != shape.members.data()) out += ", ";
    out.push_back(static_cast<char>(member.name.front() | 0x20));
    out.append(member.name.substr(1)).append("=");
    append_java(out, *member.shape, value.find(member.name));
  }
  // A field that the service's own class has and its interface has not.
  if (shape.name == "PutRequest") out += ", workloadProfileName=null";
  out += ")";
}

}  // namespace

void append_java(std::string& out, const Shape& shape, const JsonValue* value) {
  if (value == nullptr || value->is_null()) {
    out += "null";
    return;
  }
  switch (shape.kind) {
    case Shape::Kind::kAttributeValue:
      append_value(out, *value);
      break;
    case Shape::Kind::kStructure:
      append_structure(out, shape, *value);
      break;
    case Shape::Kind::kList:
    case Shape::Kind::kMap:
      append_all(out, *value,
                 [&](const JsonValue& element) { append_java(out, *shape.element, &element); });
      break;
    default:
      append_field(out, value);
      break;
  }
}

void append_compact_json(std::string& out, const JsonValue& value) {
  switch (value.kind()) {
    case JsonValue::Kind::kNull:
      out += "null";
      break;
    case JsonValue::Kind::kFalse:
    case JsonValue::Kind::kTrue:
      out += value.boolean() ? "true" : "false";
      break;
    case JsonValue::Kind::kNumber:
      out += value.text();
      break;
    case JsonValue::Kind::kString:
      append_json_text(out, value.text());
      break;
    case JsonValue::Kind::kList:
      out += "[";
      for (const JsonValue& element : value.elements()) {
        if (&element != value.elements().data()) out += ",";
        append_compact_json(out, element);
      }
      out += "]";
      break;
    case JsonValue::Kind::kObject:
      out += "{";
      for (const JsonMember& member : value.members()) {
        if (&member != value.members().data()) out += ",";
        append_json_text(out, member.name);
        out += ":";
        append_compact_json(out, member.value);
      }
      out += "}";
      break;
  }
}

}  // namespace dynadeck::engine
