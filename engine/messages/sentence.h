// How this room puts a sentence together.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

// The parts one after the other.
std::string text(std::initializer_list<std::string_view> parts);

std::string joined(std::span<const std::string_view> parts, std::string_view separator);

}  // namespace dynadeck::engine::messages
