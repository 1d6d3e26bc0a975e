#include "engine/values/value_writer.h"

namespace dynadeck::engine {

ContainerWriter::ContainerWriter(std::string& out, Type type) : out_(out) {
  out_.push_back(static_cast<char>(type));
  length_position_ = out_.size();
  out_.append(layout::kLengthBytes, '\0');
}

void ContainerWriter::finish() {
  const std::size_t length = out_.size() - length_position_ - layout::kLengthBytes;
  for (std::size_t index = 0; index < layout::kLengthBytes; ++index) {
    out_[length_position_ + index] = static_cast<char>(length >> (8 * index));
  }
}

}  // namespace dynadeck::engine
