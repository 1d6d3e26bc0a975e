// Lists whose order says nothing, in the order that they have on the tape.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dynadeck::cassettes {

// Of a list of descriptions whose order says nothing: the member that tells its elements apart, or
// none where that is all of an element. Nothing for other lists.
std::optional<std::string_view> identity_in(std::string_view list);

// The elements of `other` in the order of those of `taped` that they are the same as; what is left
// fills the places between.
nlohmann::json in_order_of(const nlohmann::json& taped, nlohmann::json other,
                           std::string_view identity);

// Brings a list of items into the tape's order.
void reorder(const std::string& list, const nlohmann::json& taped, nlohmann::json& other);

}  // namespace dynadeck::cassettes
