// The requests of operations on tables and streams, as shapes.
#pragma once

#include "engine/wire/constraints.h"

namespace dynadeck::engine::shapes {

extern const Shape kCreateTable;
extern const Shape kDeleteTable;
extern const Shape kDescribeTable;
extern const Shape kDescribeTimeToLive;
extern const Shape kListTables;
extern const Shape kListTagsOfResource;
extern const Shape kTagResource;
extern const Shape kUntagResource;
extern const Shape kUpdateTable;
extern const Shape kUpdateTimeToLive;

extern const Shape kDescribeStream;
extern const Shape kGetRecords;
extern const Shape kGetShardIterator;
extern const Shape kListStreams;

// Of operations whose requests have no members.
extern const Shape kNothing;

}  // namespace dynadeck::engine::shapes
