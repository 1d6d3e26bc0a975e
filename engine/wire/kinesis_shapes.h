// The requests of operations on Kinesis destinations, as shapes.
#pragma once

#include "engine/wire/constraints.h"

namespace dynadeck::engine::shapes {

extern const Shape kDescribeKinesisStreamingDestination;
extern const Shape kKinesisStreamingDestination;  // of Enable... and Disable...
extern const Shape kUpdateKinesisStreamingDestination;

}  // namespace dynadeck::engine::shapes
