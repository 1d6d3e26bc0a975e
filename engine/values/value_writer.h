// Writes the encoded form of attribute values directly, without a tree.
//
// The caller keeps the form canonical: members of maps and sets are appended in byte order, each
// once. docs/formats/storage.md draws the form.
#pragma once

#include <string>
#include <string_view>

#include "engine/values/attribute_value.h"

namespace dynadeck::engine {

// type: kString, kBinary or kNumber; payload: as ValueView::string() gives it back.
void append_scalar(std::string& out, Type type, std::string_view payload);
void append_bool(std::string& out, bool value);
void append_null(std::string& out);

// The name before a map's member.
void append_name(std::string& out, std::string_view name);

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
