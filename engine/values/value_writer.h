// Writes the encoded form of attribute values directly, without a tree.
//
// The caller keeps the form canonical: members of maps and sets are appended in byte order, each
// once. docs/formats/storage.md draws the form.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/values/value_layout.h"
#include "engine/values/value_type.h"

namespace dynadeck::engine {

// type: kString, kBinary or kNumber; payload: as ValueView::string() gives it back.
inline void append_scalar(std::string& out, Type type, std::string_view payload) {
  out.push_back(static_cast<char>(type));
  layout::append_varint(out, payload.size());
  out.append(payload);
}

inline void append_bool(std::string& out, bool value) {
  out.push_back(static_cast<char>(Type::kBool));
  out.push_back(value ? '\1' : '\0');
}

inline void append_null(std::string& out) { out.push_back(static_cast<char>(Type::kNull)); }

// The name before a map's member.
inline void append_name(std::string& out, std::string_view name) {
  layout::append_varint(out, name.size());
  out.append(name);
}

// One map, list or set being appended to `out`: opens when made; finish() once the members are
// there. They nest as the values do. *One thread.*
class ContainerWriter {
 public:
  ContainerWriter(std::string& out, Type type);
  void finish();

 private:
  std::string& out_;
  std::size_t length_position_;
};

}  // namespace dynadeck::engine
