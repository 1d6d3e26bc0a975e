// What every request's JSON has to look like: shapes and constraints as data, and their check.
//
// This room turns the bytes of requests into values: JSON, the shapes that it has to have,
// DynamoDB's form of items, and the way in which AWS echoes what is wrong with them.
//
// DynamoDB checks a request in three steps, and so do we. First the JSON types, where the first
// mistake in the document's order is a SerializationException. Then the constraints of shape, whose
// violations are counted and listed together in the order of the tables, not of the document.
// Then come semantic checks, which are code: inputs/*.cpp.
//
// Source: shapes and limits [doc] botocore's service-2.json and @aws-sdk/client-dynamodb; order of
// members and texts [peer] dynalite 4; today's wordings [doc] captures of October 2026 published by
// the paritysuite conformance suite.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/messages/api_error.h"
#include "engine/wire/json_value.h"
#include "harness/seam/operation.h"

namespace dynadeck::engine {

// How a violation is told. AWS is moving from the first to the others, operation by operation.
enum class Report : std::uint8_t {
  // "Value 'x' at 'tableName' failed to satisfy constraint: ...", listed with the others.
  kEcho,
  // The same, but only where nothing else is wrong.
  kEchoLate,
  // "Value at 'TableName' failed to satisfy constraint: ...", before and without the others.
  kNamedAlone,
  // "Failed to satisfy constraint: ...", listed with the others.
  kAnonymous,
  // The same, before and without the others.
  kAnonymousAlone,
};

struct Constraint {
  enum class Kind : std::uint8_t {
    kNotNull,
    kPattern,    // text: the pattern; all of them are one class of characters, repeated
    kTableName,  // a name of [a-zA-Z0-9_.-] and at most 255, or an ARN of at most 1024 characters
    kMinLength,
    kMaxLength,
    kMinValue,
    kMaxValue,
    kEnum,       // values
    kMapKeys,    // every key is a table's name or an ARN
    kMapValues,  // every value is a list of 1 to `number` elements
  };
  Kind kind;
  Report report = Report::kEcho;
  std::int64_t number = 0;
  std::string_view text = {};
  std::span<const std::string_view> values = {};
  std::span<const std::string_view> shown = {};  // what the message lists, if not `values`
};

struct Shape;

// A member of a structure. `constraints` are in the order in which they are listed.
struct ShapeMember {
  std::string_view name;
  const Shape* shape;
  std::span<const Constraint> constraints = {};
};

struct Shape {
  enum class Kind : std::uint8_t {
    kString,
    kBlob,
    kBoolean,
    kInteger,
    kLong,
    kDouble,
    kList,
    kMap,
    kStructure,
    kAttributeValue,
  };
  Kind kind;
  // Java's class: of a structure "KeySchemaElement"; of a map, of its values, with its package.
  std::string_view name;
  const Shape* element = nullptr;                        // of a list, of a map's values
  std::span<const ShapeMember> members = {};             // of a structure, in the order of checks
  std::span<const Constraint> element_constraints = {};  // of a list's elements
};

// The request of that operation; nullptr for operations whose tables are not written yet.
const Shape* request_shape(Operation operation);

// Both steps for one request. body: an object.
Status check_request(const Shape& shape, const JsonValue& body);

// The first step alone: the first wrong JSON type in the document's order.
Status check_types(const Shape& shape, const JsonValue& body);

// The second step alone. older: all violations are told as kEcho, whatever the tables say.
Status check_constraints(const Shape& shape, const JsonValue& body, bool older = false);

}  // namespace dynadeck::engine
