// The order in which Java's hash sets list their members: DynamoDB's messages show it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace dynadeck::engine {

// members: ASCII. total: how many members the set was made for.
// Source: [peer] a published model of DynamoDB's expression checks; [doc] captured messages.
void order_as_java(std::vector<std::string_view>& members, std::size_t total);

}  // namespace dynadeck::engine
