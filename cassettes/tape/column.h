// A column that grows while a tape is recorded.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace dynadeck::cassettes {

// Grows piece by piece: what is there is never copied to fresh memory, which costs a recording more
// than the values do, and pieces are large enough to come from the system directly. One thread.
template <typename Value>
class Column {
 public:
  Column() = default;
  explicit Column(std::size_t size) {
    while (size_ < size) push_back(Value());
  }

  void push_back(Value value) {
    if (size_ % kPiece == 0) {
      pieces_.emplace_back();
      pieces_.back().reserve(kPiece);
    }
    pieces_.back().push_back(std::move(value));
    ++size_;
  }

  std::size_t size() const { return size_; }
  Value& operator[](std::size_t index) { return pieces_[index / kPiece][index % kPiece]; }
  const Value& operator[](std::size_t index) const {
    return pieces_[index / kPiece][index % kPiece];
  }

 private:
  static constexpr std::size_t kPiece = 32'768;

  std::vector<std::vector<Value>> pieces_;
  std::size_t size_ = 0;
};

}  // namespace dynadeck::cassettes
