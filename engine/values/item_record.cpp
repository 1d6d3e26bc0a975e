#include "engine/values/item_record.h"

namespace dynadeck::engine {

ItemRecord read_record(std::string_view record) {
  std::size_t size = 0;
  std::size_t position = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(record[position++]);
    size |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return {size, ItemView(record.substr(position))};
}

void append_record(std::string& out, ItemView item, std::size_t size_bytes) {
  while (size_bytes >= 0x80) {
    out.push_back(static_cast<char>(size_bytes | 0x80));
    size_bytes >>= 7;
  }
  out.push_back(static_cast<char>(size_bytes));
  out.append(item.encoded());
}

}  // namespace dynadeck::engine
