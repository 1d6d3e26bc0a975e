// A value, or the error that took its place: shaped like C++23's std::expected.
#pragma once

#include <cassert>
#include <utility>
#include <variant>

namespace dynadeck {

// E is what went wrong: an engine::ApiError where a client has to be told, a std::string where a
// person reads it. T and E differ.
template <typename T, typename E>
class [[nodiscard]] Outcome {
 public:
  using value_type = T;
  using error_type = E;

  Outcome(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  Outcome(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& { return assert(ok()), *std::get_if<0>(&state_); }
  T& value() & { return assert(ok()), *std::get_if<0>(&state_); }
  T&& value() && { return assert(ok()), std::move(*std::get_if<0>(&state_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const E& error() const& { return assert(!ok()), *std::get_if<1>(&state_); }
  E&& error() && { return assert(!ok()), std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, E> state_;
};

// Nothing to return but success.
struct Done {};

}  // namespace dynadeck
