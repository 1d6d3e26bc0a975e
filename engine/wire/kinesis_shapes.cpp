#include "engine/wire/kinesis_shapes.h"

#include "engine/wire/shapes.h"

namespace dynadeck::engine::shapes {
namespace {

using Member = ShapeMember;

constexpr std::array kKinesisStreamArn = {not_null(), min_length(37), max_length(1024)};
constexpr std::array<std::string_view, 2> kPrecisions = {"MILLISECOND", "MICROSECOND"};
constexpr std::array kPrecision = {one_of(kPrecisions)};
constexpr std::array kConfigurationMembers = {
    Member{"ApproximateCreationDateTimePrecision", &kString, kPrecision},
};
constexpr Shape kEnableConfiguration =
    structure("EnableKinesisStreamingConfiguration", kConfigurationMembers);
constexpr Shape kUpdateConfiguration =
    structure("UpdateKinesisStreamingConfiguration", kConfigurationMembers);

constexpr std::array kDestinationMembers = {
    Member{"TableName", &kString, kTableName},
    Member{"StreamArn", &kString, kKinesisStreamArn},
    Member{"EnableKinesisStreamingConfiguration", &kEnableConfiguration},
};

constexpr std::array kUpdateDestinationMembers = {
    Member{"TableName", &kString, kTableName},
    Member{"StreamArn", &kString, kKinesisStreamArn},
    Member{"UpdateKinesisStreamingConfiguration", &kUpdateConfiguration},
};

constexpr std::array kDescribeMembers = {
    Member{"TableName", &kString, kTableName},
};

}  // namespace

// Source: [doc] botocore's service model; the order of members is the model's.
constexpr Shape kKinesisStreamingDestination =
    structure("KinesisStreamingDestinationInput", kDestinationMembers);
constexpr Shape kUpdateKinesisStreamingDestination =
    structure("UpdateKinesisStreamingDestinationInput", kUpdateDestinationMembers);
constexpr Shape kDescribeKinesisStreamingDestination =
    structure("DescribeKinesisStreamingDestinationInput", kDescribeMembers);

}  // namespace dynadeck::engine::shapes
