// A table as CreateTable, DescribeTable, UpdateTable and DeleteTable show it.
#pragma once

#include <string>

#include "engine/tables/catalog.h"

namespace dynadeck::engine {

// Appends the object. at: the time of which it speaks; statuses depend on it.
void append_description(std::string& out, const Table& table, Clock::WallTime at);

// The few members that DeleteTable shows.
void append_deleted_description(std::string& out, const Table& table);

// Appends seconds since 1970 with milliseconds: 1421866952.062.
void append_time(std::string& out, Clock::WallTime time);

// "2015-05-19T20:25:58.191", as stream labels have it.
std::string stream_label(Clock::WallTime time);

}  // namespace dynadeck::engine
