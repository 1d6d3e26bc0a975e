// Table definitions as the catalog keeps them: JSON whose unknown members are ignored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/tables/schema.h"

namespace dynadeck::engine {

std::string encode_definition(const TableDefinition& definition);

// Nothing where the bytes are no definition.
std::optional<TableDefinition> decode_definition(std::string_view bytes);

}  // namespace dynadeck::engine
