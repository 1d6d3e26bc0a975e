// The requests of item operations, as shapes. Which operation reads which: request_shapes.cpp.
#pragma once

#include "engine/wire/constraints.h"

namespace dynadeck::engine::shapes {

extern const Shape kBatchGetItem;
extern const Shape kBatchWriteItem;
extern const Shape kDeleteItem;
extern const Shape kGetItem;
extern const Shape kPutItem;
extern const Shape kQuery;
extern const Shape kScan;
extern const Shape kTransactGetItems;
extern const Shape kTransactWriteItems;
extern const Shape kUpdateItem;

}  // namespace dynadeck::engine::shapes
